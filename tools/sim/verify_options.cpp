// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/verify_options.hpp"

#include "common/base/error.hpp"
#include "common/cli/option_table.hpp"
#include "common/pg/conninfo.hpp"

#include <algorithm>
#include <utility>

namespace tlm::sim {
namespace {

constexpr milliseconds kPatience{30'000}; ///< of --follow, for what is still on its way

void add_places(cli::OptionTable& table, VerifyOptions& options)
{
    table.add(options.topic, "topic", 't', "TOPIC", "verify: the topic that the records are in.");
    table.add(options.dlq_topic, "dlq-topic", 0, "TOPIC",
              "verify: look for what must be rejected among these dead letters.");
    table
        .add(options.records, "records", 0, "FILE",
             "verify: look at records in a file, one a line; - is standard input.")
        .complete = cli::Complete::file;
    table.add(options.postgres, "postgres", 0, "URI",
              "verify: look at the rows here: postgresql://[USER@]HOST[:PORT]/DATABASE or a libpq "
              "connection string, without password.");
    table
        .add(options.postgres_file, "postgres-file", 0, "FILE",
             "verify: file that holds the connection string, password included; readable by its "
             "owner alone.")
        .complete = cli::Complete::file;
    table.add(options.table, "table", 0, "[SCHEMA.]TABLE", "verify: the table of the rows.");
    table.add(options.ws, "ws", 0, "URL",
              "verify: look at the last values that tlm-ws shows, ws://HOST[:PORT][/PATH].");
}

std::string conninfo(const VerifyOptions& options)
{
    if (!options.postgres_file) {
        return options.postgres.value_or("");
    }
    auto text = cli::read_secret_file("--postgres-file", *options.postgres_file);
    pg::check_conninfo(text, pg::Origin::file, "--postgres-file");
    return text;
}

} // namespace

void add_verify(cli::OptionTable& table, VerifyOptions& options)
{
    table.group("Verification");
    add_places(table, options);
    table.add(options.follow, "follow", 0,
              "verify: begin before or during the run and measure how long messages take to each "
              "place, until the run has ended and all has arrived.");
    table
        .add(options.timeout, "timeout", 'W', "DURATION",
             "verify: how long to wait for what has not arrived yet.")
        .default_note = "0s, with --follow 30s from the last ledger line or arrival";
    table.add(options.no_duplicates, "no-duplicates", 0,
              "verify: what arrived more often than it was sent is a breach as well.");
    table.add_choice<bool>(options.json, "format", 'f', "FORMAT", "verify: how to say it.",
                           {{"text", false}, {"json", true}});
    cli::add_kafka(table, options.kafka);
}

void check_verify(const VerifyOptions& options, const std::vector<std::string>& ledgers)
{
    if (ledgers.empty()) {
        throw usage_error("verify: name the ledgers, --ledger FILE or verify FILE...");
    }
    if (std::count(ledgers.begin(), ledgers.end(), "-") + (options.records == "-" ? 1 : 0) > 1) {
        throw usage_error("verify: standard input can be read once");
    }
    if (options.postgres && options.postgres_file) {
        throw usage_error("--postgres and --postgres-file exclude each other");
    }
    if (options.postgres) {
        pg::check_conninfo(*options.postgres, pg::Origin::argv, "--postgres");
    }
    if (!pg::parse_table_name(options.table)) {
        throw usage_error("--table: NAME or SCHEMA.NAME, each of lower-case letters, digits and _, "
                          "beginning with no digit, up to 63");
    }
    const bool kafka = !options.kafka.brokers.empty();
    const bool postgres = options.postgres || options.postgres_file;
    if (!kafka && !options.records && !postgres && !options.ws) {
        throw usage_error("verify: say where to look: --brokers, --records, --postgres, --ws");
    }
    if (options.follow && !kafka && !postgres && !options.ws) {
        throw usage_error("--follow needs --brokers, --postgres or --ws");
    }
    if (kafka) {
        cli::require_topic_name("--topic", options.topic);
    }
    if (!options.dlq_topic.empty()) {
        cli::require_topic_name("--dlq-topic", options.dlq_topic);
        if (!kafka) {
            throw usage_error("--dlq-topic needs --brokers");
        }
    }
    if (options.ws) {
        (void)parse_ws_url(*options.ws, "--ws");
    }
}

VerifySettings make_verify_settings(const VerifyOptions& options, std::vector<std::string> ledgers)
{
    VerifySettings settings;
    settings.ledgers = std::move(ledgers);
    if (!options.kafka.brokers.empty()) {
        settings.kafka = kafka::Properties{cli::kafka_properties(options.kafka)};
    }
    settings.topic = options.topic;
    settings.dlq_topic = options.dlq_topic;
    settings.records = options.records;
    if (options.postgres || options.postgres_file) {
        settings.conninfo = conninfo(options);
    }
    settings.table = pg::parse_table_name(options.table).value();
    if (options.ws) {
        settings.page = parse_ws_url(*options.ws, "--ws");
    }
    settings.follow = options.follow;
    settings.duplicates_allowed = !options.no_duplicates;
    settings.json = options.json;
    settings.timeout = options.timeout.value_or(options.follow ? kPatience : milliseconds{0});
    return settings;
}

} // namespace tlm::sim
