// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/options.hpp"

#include "common/base/error.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tlm::replay {

namespace {

/// A row whose text `set` takes and `texts` remembers.
template <typename Set>
void add_custom(cli::OptionTable& table, cli::Option row, std::vector<std::string>& texts, Set set)
{
    row.repeatable = true;
    row.set = [&texts, set](std::string_view text) {
        if (!set(text)) {
            return false;
        }
        texts.emplace_back(text);
        return true;
    };
    row.show = [&texts] { return texts; };
    row.clear = [&texts] { texts.clear(); };
    table.add_option(std::move(row));
}

cli::Option row(std::string name, char letter, std::string value_name, std::string help)
{
    cli::Option option;
    option.name = std::move(name);
    option.letter = letter;
    option.value_name = std::move(value_name);
    option.help = std::move(help);
    return option;
}

void add_what(cli::OptionTable& table, Options& options)
{
    auto& settings = options.settings;
    table.group("Input");
    table.add(settings.topic, "topic", 't', "TOPIC", "Read this Kafka topic.");
    auto offset = row("offset", 'o', "RANGE",
                      "Read these offsets or times, see RANGES; with PARTITION= before it, of that "
                      "partition.");
    offset.expected = "a range such as 100:200, -50:end, @-15m:end or 3=@2026-01-01:1h";
    offset.default_note = "all there is";
    add_custom(table, std::move(offset), options.offsets, [](std::string_view text) {
        Ranges ranges;
        return add_range(ranges, text, SystemClock().wall());
    });
    auto partitions = row("partitions", 'p', "LIST", "Read these partitions only, as in 0,2,5-7.");
    partitions.expected = "a list of partitions such as 0,2,5-7";
    partitions.set = [&options](std::string_view text) {
        const auto parsed = parse_partitions(text);
        options.settings.ranges.only = parsed.value_or(std::set<std::int32_t>{});
        options.partitions = std::string(text);
        return parsed.has_value();
    };
    partitions.show = [&options] {
        return options.partitions ? std::vector{*options.partitions} : std::vector<std::string>{};
    };
    partitions.default_note = "all";
    table.add_option(std::move(partitions));
    table.add(settings.slack, "slack", 0, "DURATION",
              "How much later than the end of a range in time a record may stand that was stamped "
              "before it.");
    table.add(settings.follow, "follow", 0,
              "Go on with what comes after the end, until stopped. Without it nothing is waited "
              "for.");
    table.add_choice(
        settings.order, "merge", 0, "ORDER",
        "time: the partitions' records in the order of their timestamps; none: as they "
        "come. Within a partition the order stays.",
        {{"time", TimeMerge::Order::time}, {"none", TimeMerge::Order::none}});
    table.check([&settings, &options] {
        if (settings.topic.empty()) {
            return;
        }
        cli::require_topic_name("--topic", settings.topic);
        if (options.kafka.brokers.empty() && !options.kafka.config_file) {
            throw usage_error("--topic needs --brokers (or --kafka-config)");
        }
    });
}

void add_conditions(cli::OptionTable& table, Options& options)
{
    auto& conditions = options.settings.conditions;
    table.group("Filters, all of which must hold");
    table.add(conditions.key, "key", 'k', "KEY", "Records with this key.");
    const auto add = [&table](cli::Option option, std::vector<Condition>& target) {
        option.repeatable = true;
        option.set = [&target](std::string_view text) {
            auto condition = parse_condition(text);
            if (condition) {
                target.push_back(*std::move(condition));
            }
            return condition.has_value();
        };
        option.show = [&target] {
            std::vector<std::string> texts;
            for (const auto& [name, value] : target) {
                texts.push_back(value ? name + '=' + *value : name);
            }
            return texts;
        };
        option.clear = [&target] { target.clear(); };
        table.add_option(std::move(option));
    };
    auto header = row("header", 'H', "NAME[=VALUE]", "Records with this header, and this value.");
    header.expected = "the name of a header, or NAME=VALUE";
    add(std::move(header), conditions.headers);
    auto where = row("where", 0, "POINTER[=VALUE]",
                     "Records whose value is JSON with this member, a JSON Pointer such as "
                     "/data/temp_c, and this value.");
    where.expected = "a JSON Pointer, or POINTER=VALUE";
    add(std::move(where), conditions.members);
    table.check([&conditions] { static_cast<void>(MessageFilter(conditions)); });
    table.add(options.settings.count, "count", 'c', "NUMBER", "End after so many records.",
              {1, std::numeric_limits<std::uint64_t>::max()});
}

void add_pace(cli::OptionTable& table, Options& options)
{
    auto& pace = options.settings.pace;
    table.group("Pace");
    auto speed = row("speed", 's', "FACTOR",
                     "So many times faster than the timestamps say: 1x as it was, 10x, 0.5x; max "
                     "does not wait.");
    speed.expected = "a factor such as 10x, or max";
    speed.set = [&pace](std::string_view text) { return parse_speed(text, pace.speed); };
    speed.show = [&pace] {
        return std::vector{pace.speed ? fmt::format("{}x", *pace.speed) : std::string{"max"}};
    };
    table.add_option(std::move(speed));
    constexpr double kLeastRate = 1e-3;
    constexpr double kMostRate = 1e9;
    table
        .add(pace.rate, "rate", 'r', "NUMBER", "Records a second, at most.",
             {kLeastRate, kMostRate})
        .default_note = "no limit";
    table
        .add(pace.max_gap, "max-gap", 0, "DURATION",
             "With --speed: cut longer pauses between timestamps to this.")
        .default_note = "no limit";
}

void add_output(cli::OptionTable& table, Options& options)
{
    auto& settings = options.settings;
    table.group("Output");
    table.add_choice(settings.format, "format", 'f', "FORMAT",
                     "value: one value a line, its line breaks replaced by spaces; record: all of "
                     "the record as JSON, see tlm-record(5), from which it can be written again.",
                     {{"value", Format::value}, {"record", Format::record}});
    table.add(settings.dry_run, "dry-run", 'n',
              "Print which offsets would be read, and read nothing.");
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table("tlm-replay", "read a part of a Kafka topic again", "[OPTION]...");
    add_what(table, options);
    add_conditions(table, options);
    add_pace(table, options);
    add_output(table, options);
    cli::add_kafka(table, options.kafka);
    cli::add_connect_timeout(table, options.connect_timeout);
    table.find("connect-timeout")->help =
        "Give up with status 1 when Kafka does not answer for so long, at the start or later.";
    table.check([&options] {
        if (options.settings.topic.empty()) {
            throw usage_error("name the topic to read with --topic");
        }
    });
    table.example("tlm-replay -b kafka:9092 -t device.telemetry -o @-15m:end",
                  "The last quarter of an hour, oldest first.");
    table.example("tlm-replay -b kafka:9092 -t device.telemetry -o @2026-01-01:1h -s 10x",
                  "The first hour of that day, in six minutes.");
    table.example("tlm-replay -b kafka:9092 -t device.telemetry.dlq -f record | jq .headers",
                  "What the headers of the dead letters say.");
    return table;
}

Settings make_settings(const Options& options)
{
    auto settings = options.settings;
    settings.kafka = kafka::Properties{cli::kafka_properties(options.kafka)};
    settings.connect_timeout = options.connect_timeout.limit;
    const auto now = SystemClock().wall();
    for (const auto& text : options.offsets) {
        if (!add_range(settings.ranges, text, now)) {
            throw usage_error(fmt::format("--offset {}: a partition has one range, and one range "
                                          "without a partition is for all others",
                                          text));
        }
    }
    return settings;
}

} // namespace tlm::replay
