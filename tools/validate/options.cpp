// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/options.hpp"

#include "common/base/error.hpp"
#include "common/cli/rule_options.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::validate {

namespace {

constexpr std::array kCommands{
    std::pair{std::string_view{"check"}, Command::check},
    std::pair{std::string_view{"infer"}, Command::infer},
    std::pair{std::string_view{"whatif"}, Command::whatif},
};

/// The first operand may be a command; a file of that name is written ./check.
void take_command(Options& options)
{
    auto& operands = options.input.files;
    for (const auto& [name, command] : kCommands) {
        if (!operands.empty() && operands.front() == name) {
            options.command = command;
            operands.erase(operands.begin());
            return;
        }
    }
}

void check_formats(const Options& options)
{
    if (!options.formats.any()) {
        return;
    }
    if (options.command != Command::validate) {
        throw usage_error("--format is for validating; the commands read JSON");
    }
    if (options.input.topic.empty()) {
        throw usage_error("--format is for the values of a topic (-t): lines are always JSON");
    }
}

void check_values(const Options& options, const std::vector<const cli::Option*>& for_records)
{
    if (options.values && options.command == Command::whatif) {
        throw usage_error("whatif reads records and dead letters, not --values");
    }
    if (!options.values) {
        return;
    }
    if (options.stage.on_invalid.fate(Reason::schema) == validation::OnInvalid::mark) {
        throw usage_error("--on-invalid mark: a bare value has no envelope to mark, so it excludes "
                          "--values");
    }
    for (const auto* const row : for_records) {
        if (row->is_set()) {
            throw usage_error("--" + row->name + " judges records, and --values are none");
        }
    }
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table("tlm-validate", "let only valid records through",
                           "[check | infer | whatif] [OPTION]... [FILE]...");
    table.check([&options] { take_command(options); });
    cli::add_input(table, options.input, options.kafka, "tlm-validate");
    table.add(options.values, "values", 0,
              "Lines are bare JSON values without envelope: JSON's grammar and the schema judge "
              "them, the guards of the record do not.");
    table
        .add_time(options.since, "since", 0, "TIME",
                  "whatif: begin in a topic at this time; -6h is six hours ago.")
        .default_note = "its beginning";
    cli::add_formats(table, options.formats, cli::SparkplugOptions::none);
    table.check([&options] { check_formats(options); });
    cli::add_rules(table, options.rules, options.stage, options.flood,
                   [&options] { return options.command == Command::check; });
    cli::add_output(table, options.output, options.kafka);
    cli::add_dlq(table, options.dlq, options.kafka);
    table.check([&options] {
        cli::require_own_topic(options.dlq, "--topic", options.input.topic);
        cli::require_own_topic(options.dlq, "--to-topic", options.output.topic);
    });
    table.add(options.strict, "strict", 0,
              "Exit with status 3 when something was not valid (FILE or standard input).");
    cli::add_kafka(table, options.kafka);
    cli::add_metrics(table, options.metrics);
    cli::add_connect_timeout(table, options.connect_timeout);
    table.find("connect-timeout")->help =
        "From FILE or standard input: give up with status 1 when Kafka does not answer for so long "
        "at the start. With --topic the program is a service and waits.";
    table.add(options.drain_timeout, "drain-timeout", 0, "DURATION",
              "After a signal to stop, how long to wait until what was read is safe.");
    std::vector<const cli::Option*> for_records; // rows stay where they are when the table moves
    for (const auto* const name : {"rules", "registry", "unknown-device", "limit", "sequence",
                                   "tag-order", "max-age", "max-ahead", "skew", "max-devices"}) {
        for_records.push_back(table.find(name));
    }
    table.check([&options, for_records] { check_values(options, for_records); });
    table.example("tlm-validate --schema pump.json < day.ndjson > good.ndjson",
                  "Let the valid records through; the others go to standard error.");
    table.example("tlm-validate check *.json", "Look whether schemas are good.");
    table.example("tlm-validate infer < day.ndjson > draft.json", "Draft a schema from records.");
    table.example("tlm-validate whatif --schema new.json day.ndjson rejected.ndjson",
                  "See which devices a new schema would refuse or let through.");
    table.example("tlm-validate -b kafka:9092 -t raw --to-topic good --dlq topic:bad",
                  "From topic to topic, losing nothing.");
    return table;
}

Settings make_settings(const Options& options)
{
    Settings settings;
    settings.command = options.command;
    settings.kafka = kafka::Properties{cli::kafka_properties(options.kafka)};
    settings.topic = options.input.topic;
    settings.group = options.input.group;
    settings.files = options.input.files;
    settings.to_topic = options.output.topic;
    settings.formats = options.formats;
    settings.rules = options.rules;
    settings.stage = options.stage;
    settings.flood = options.flood;
    settings.dead_letters = {options.dlq.topic(), options.dlq.file()};
    settings.metrics_listen = options.metrics.listen;
    settings.connect_timeout = options.connect_timeout.limit;
    settings.drain_timeout = options.drain_timeout;
    settings.since = options.since;
    settings.values = options.values;
    settings.strict = options.strict;
    return settings;
}

} // namespace tlm::validate
