// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/options.hpp"

#include "common/base/error.hpp"
#include "common/base/speed.hpp"
#include "common/base/text_file.hpp"
#include "common/rulebook/schema_files.hpp"
#include "tools/replay/group_options.hpp"
#include "tools/replay/range_rules.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace tlm::replay {

namespace {

constexpr std::uint64_t kMostAttempts = 1'000'000;

/// The first operand may be one of these. Each command has a file of its own, and run() calls it.
constexpr std::array kCommands{
    std::pair{std::string_view{"redrive"}, Command::redrive},
    std::pair{std::string_view{"capsule"}, Command::capsule},
    std::pair{std::string_view{"lag"}, Command::lag},
    std::pair{std::string_view{"reset"}, Command::reset},
};

void take_command(Options& options)
{
    auto& operands = options.operands;
    for (const auto& [name, command] : kCommands) {
        if (!operands.empty() && operands.front() == name) {
            options.settings.command = command;
            operands.erase(operands.begin());
            break;
        }
    }
    if (!operands.empty()) {
        throw usage_error(
            fmt::format("'{}' is no command; a file is read with --from-file", operands.front()));
    }
}

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

void add_what(cli::OptionTable& table, Options& options)
{
    auto& settings = options.settings;
    table.group("Input");
    table.add(settings.topic, "topic", 't', "TOPIC", "Read this Kafka topic.");
    table
        .add(settings.file, "from-file", 0, "FILE",
             "Read records from a file instead, as --format record writes them; - is standard "
             "input.")
        .complete = cli::Complete::file;
    auto offset = cli::make_option(
        "offset", 'o', "RANGE",
        "Read these offsets or times, see RANGES; with PARTITION= before it, of that "
        "partition.");
    offset.expected = "a range such as 100:200, -50:end, @-15m:end or 3=@2026-01-01:1h";
    offset.default_note = "all there is";
    add_custom(table, std::move(offset), options.offsets, [](std::string_view text) {
        Ranges ranges;
        const auto now = SystemClock().wall();
        if (add_range(ranges, text, now)) {
            return true;
        }
        if (const auto problem = range_problem(text, now); !problem.empty()) {
            throw usage_error(fmt::format("--offset: '{}' {}", text, problem));
        }
        return false;
    });
    auto partitions =
        cli::make_option("partitions", 'p', "LIST", "Read these partitions only, as in 0,2,5-7.");
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
    table.check([&settings] {
        if (!settings.topic.empty()) {
            cli::require_topic_name("--topic", settings.topic);
        }
    });
}

void add_conditions(cli::OptionTable& table, Options& options)
{
    auto& conditions = options.settings.conditions;
    table.group("Filters, all of which must hold");
    table.add(
        options.settings.device, "device", 0, "ID",
        "Records of this device, by their key, read from its partition alone where samples show "
        "how partitions are chosen; else from all.");
    table.add(conditions.key, "key", 'k', "KEY", "Records with this key.");
    const auto add = [&table](cli::Option option, std::vector<Condition>& target) {
        option.repeatable = true;
        option.set = [&target](std::string_view text) {
            const auto condition = parse_condition(text);
            if (condition) {
                target.push_back(*condition);
            }
            return condition.has_value();
        };
        option.show = [&target] {
            std::vector<std::string> texts;
            texts.reserve(target.size());
            for (const auto& [name, value] : target) {
                texts.push_back(value ? name + '=' + *value : name);
            }
            return texts;
        };
        option.clear = [&target] { target.clear(); };
        table.add_option(std::move(option));
    };
    auto header = cli::make_option("header", 'H', "NAME[=VALUE]",
                                   "Records with this header, and this value.");
    header.expected = "the name of a header, or NAME=VALUE";
    add(std::move(header), conditions.headers);
    auto where =
        cli::make_option("where", 0, "POINTER[=VALUE]",
                         "Records whose value is JSON with this member, a JSON Pointer such as "
                         "/data/temp_c, and this value.");
    where.expected = "a JSON Pointer, or POINTER=VALUE";
    add(std::move(where), conditions.members);
    table.check([&options, &conditions] {
        if (options.settings.device && conditions.key) {
            throw usage_error("--device and --key exclude each other");
        }
        static_cast<void>(MessageFilter(conditions));
    });
    table.add(options.settings.count, "count", 'c', "NUMBER", "End after so many records.",
              {1, std::numeric_limits<std::uint64_t>::max()});
}

void add_pace(cli::OptionTable& table, Options& options)
{
    auto& pace = options.settings.pace;
    table.group("Pace");
    table.check([&pace] {
        if (pace.max_gap && !pace.speed) {
            throw usage_error("--max-gap cuts the pauses of --speed: it needs one, such as 1x");
        }
    });
    auto speed = cli::make_option(
        "speed", 's', "FACTOR",
        "So many times faster than the timestamps say: 1x as it was, 10x, 0.5x; max "
        "does not wait.");
    speed.expected = "a factor such as 10x, or max";
    speed.set = [&pace](std::string_view text) {
        const auto parsed = parse_speed(text);
        pace.speed = parsed ? parsed->factor : pace.speed;
        return parsed.has_value();
    };
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
    table.add(settings.to_topic, "to-topic", 0, "TOPIC",
              "Write to this Kafka topic; nothing is written without --execute.");
    table.add(settings.execute, "execute", 0,
              "With --to-topic, redrive and reset: act. Without it all is read and judged, and the "
              "program says what it would do.");
    table.add(settings.dry_run, "dry-run", 'n',
              "Print which offsets would be read, and read nothing.");
    table.add_choice(settings.by_key, "partition", 0, "HOW",
                     "keep: a record goes to the partition that it was in; key: to that of its key "
                     "(murmur2).",
                     {{"keep", false}, {"key", true}});
    auto rebase = cli::make_option(
        "rebase", 0, "now",
        "Stamp records with the moment of writing, not with their own timestamps.");
    rebase.expected = "now";
    rebase.choices = {"now"};
    rebase.set = [&settings](std::string_view text) {
        settings.rebase = text == "now";
        return settings.rebase;
    };
    rebase.show = [&settings] {
        return settings.rebase ? std::vector<std::string>{"now"} : std::vector<std::string>{};
    };
    table.add_option(std::move(rebase));
    table.add(options.no_mark, "no-mark", 0,
              "Leave out the header tlm-replay-id, by which consumers know a replay.");
    table.add(settings.diff, "diff", 0,
              "Show each record as it was and as it is written; for a record out of a file, as it "
              "stands in the topic that the line names.");
    table
        .add(settings.checkpoint, "checkpoint", 0, "FILE",
             "Note there how far it got, and go on from there when it is started again.")
        .complete = cli::Complete::file;
    table
        .add(settings.receipts, "receipts", 0, "FILE",
             "For each record written a line of JSON, from which offset to which; - is standard "
             "output.")
        .complete = cli::Complete::file;
    table.add(options.max_attempts, "max-attempts", 0, "NUMBER",
              "redrive: leave dead letters that were rejected so often.", {1, kMostAttempts});
}

void add_capsule(cli::OptionTable& table, Options& options)
{
    table.group("Capsules");
    auto& file = table.add(options.settings.to_file, "to-file", 0, "FILE",
                           "capsule: the file to make. --from-file plays it.");
    file.complete = cli::Complete::file;
    auto& schema = table.add(options.schema_file, "schema", 0, "FILE",
                             "capsule: put this JSON Schema into it, for whoever reads it.");
    schema.complete = cli::Complete::file;
}

/// Rows that say how topics are written, and those that say what is read of one.
struct Rows {
    std::vector<const cli::Option*> writing;
    std::vector<const cli::Option*> reading;
    const cli::Option* execute = nullptr;
    const cli::Option* max_attempts = nullptr;
    const cli::Option* schema = nullptr;
    std::vector<const cli::Option*> all;
};

Rows find_rows(cli::OptionTable& table)
{
    Rows rows;
    for (const auto* name : {"partition", "rebase", "no-mark", "diff", "checkpoint", "receipts"}) {
        rows.writing.push_back(table.find(name));
    }
    for (const auto* name : {"offset", "partitions", "slack", "follow", "merge", "dry-run"}) {
        rows.reading.push_back(table.find(name));
    }
    rows.execute = table.find("execute");
    rows.max_attempts = table.find("max-attempts");
    rows.schema = table.find("schema");
    for (const auto& option : table.options()) {
        rows.all.push_back(&option);
    }
    return rows;
}

void refuse(const std::vector<const cli::Option*>& rows, std::string_view why)
{
    for (const auto* const row : rows) {
        if (row->is_set()) {
            throw usage_error(fmt::format("--{} {}", row->name, why));
        }
    }
}

void check_input(const Rows& rows, const Settings& settings)
{
    if (settings.concerns_group()) {
        check_group_rows(rows.all, settings.command);
        return;
    }
    if (!settings.topic.empty() && !settings.file.empty()) {
        throw usage_error("--topic and --from-file exclude each other");
    }
    if (settings.topic.empty() && settings.file.empty()) {
        throw usage_error("name what to read, with --topic or --from-file");
    }
    if (!settings.file.empty()) {
        refuse(rows.reading, "is for --topic, not for --from-file");
    }
}

void check_capsule(const Rows& rows, const Settings& settings)
{
    if (settings.command != Command::capsule) {
        refuse({rows.schema}, "is for capsule");
        if (!settings.to_file.empty()) {
            throw usage_error("--to-file is for capsule");
        }
        return;
    }
    if (settings.to_file.empty()) {
        throw usage_error("capsule: name the file to make with --to-file");
    }
    if (settings.to_file == "-") {
        throw usage_error("--to-file: a capsule must be a file, not standard output");
    }
    if (settings.follow) {
        throw usage_error("capsule: a capsule has an end, so it excludes --follow");
    }
    if (!settings.to_topic.empty()) {
        throw usage_error("capsule: --to-file and --to-topic exclude each other");
    }
}

void check_output(const Rows& rows, const Settings& settings, const cli::KafkaOptions& kafka)
{
    if (!settings.writes_topics()) {
        refuse(rows.writing, "is for --to-topic and redrive");
        if (settings.command != Command::reset) {
            refuse({rows.execute}, "is for --to-topic, redrive and reset");
        }
    }
    check_capsule(rows, settings);
    if (settings.command != Command::redrive) {
        refuse({rows.max_attempts}, "is for redrive");
    }
    if (settings.execute && settings.dry_run) {
        throw usage_error("--execute and --dry-run exclude each other");
    }
    if (!settings.to_topic.empty()) {
        cli::require_topic_name("--to-topic", settings.to_topic);
    }
    if (!settings.topic.empty() && settings.topic == settings.to_topic) {
        throw usage_error("--to-topic: that is the topic that is read");
    }
    const bool needs =
        settings.writes_topics() || settings.concerns_group() || !settings.topic.empty();
    if (needs && kafka.brokers.empty() && !kafka.config_file) {
        throw usage_error(fmt::format("{} needs --brokers (or --kafka-config)",
                                      !settings.topic.empty()      ? "--topic"
                                      : !settings.to_topic.empty() ? "--to-topic"
                                      : settings.concerns_group()  ? "--group"
                                                                   : "redrive"));
    }
    if (settings.checkpoint && settings.file == "-") {
        throw usage_error("--checkpoint: standard input cannot be read again, only a file can");
    }
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table("tlm-replay", "read a part of a Kafka topic again",
                           "[redrive | capsule | lag | reset] [OPTION]...");
    table.operands(options.operands, "COMMAND",
                   "redrive: dead letters back to the topics they came from. capsule: a part of a "
                   "topic into a file that replays without Kafka. lag: how far a consumer group is "
                   "behind. reset: where it is to go on.",
                   cli::Complete::none);
    table.check([&options] { take_command(options); });
    add_what(table, options);
    add_conditions(table, options);
    add_pace(table, options);
    add_output(table, options);
    add_capsule(table, options);
    add_group_options(table, options.settings);
    cli::add_kafka(table, options.kafka);
    cli::add_connect_timeout(table, options.connect_timeout);
    table.find("connect-timeout")->help =
        "Give up with status 1 when Kafka does not answer for so long, at the start or later.";
    table.add_choice(
        options.settings.progress, "progress", 0, "HOW",
        "On standard error: auto, a bar where that is a terminal, else a line of JSON every "
        "ten seconds; bar; json, a line a second and one at the end; none.",
        {{"auto", ShowProgress::automatic},
         {"bar", ShowProgress::bar},
         {"json", ShowProgress::json},
         {"none", ShowProgress::none}});
    table.check([&options, rows = find_rows(table)] {
        check_input(rows, options.settings);
        check_output(rows, options.settings, options.kafka);
    });
    table.example("tlm-replay -b kafka:9092 -t device.telemetry -o @-15m:end",
                  "The last quarter of an hour, oldest first.");
    table.example("tlm-replay -b kafka:9092 -t device.telemetry -o @2026-01-01:1h -s 10x",
                  "The first hour of that day, in six minutes.");
    table.example("tlm-replay -b kafka:9092 -t device.telemetry.dlq -f record | jq .headers",
                  "What the headers of the dead letters say.");
    table.example("tlm-replay -b kafka:9092 -t device.telemetry -o -99 --to-topic x --execute",
                  "The last 99 of each partition into another topic.");
    table.example("tlm-replay redrive -b kafka:9092 -t device.telemetry.dlq --execute",
                  "All dead letters back to where they came from.");
    return table;
}

Settings make_settings(const Options& options)
{
    auto settings = options.settings;
    settings.kafka = kafka::Properties{cli::kafka_properties(options.kafka)};
    settings.connect_timeout = options.connect_timeout.limit;
    settings.mark = !options.no_mark;
    if (settings.device) {
        settings.conditions.key = settings.device;
    }
    settings.max_attempts = static_cast<unsigned>(options.max_attempts);
    settings.ranges_text = fmt::format("{}", fmt::join(options.offsets, " "));
    if (options.partitions) {
        settings.ranges_text += " of " + *options.partitions;
    }
    const auto now = SystemClock().wall();
    for (const auto& text : options.offsets) {
        if (!add_range(settings.ranges, text, now)) {
            throw usage_error(fmt::format("--offset {}: a partition has one range, and one range "
                                          "without a partition is for all others",
                                          text));
        }
    }
    check_ranges(settings.ranges, settings.follow);
    if (options.schema_file) {
        constexpr std::size_t kMostBytes = 16UL * 1024 * 1024;
        rulebook::SchemaFolders none({});
        static_cast<void>(rulebook::compile_file(*options.schema_file, {}, none));
        settings.schema = read_text_file(*options.schema_file, kMostBytes, "--schema");
    }
    check_group_settings(settings);
    return settings;
}

} // namespace tlm::replay
