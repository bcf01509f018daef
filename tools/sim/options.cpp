// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/options.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/base/units.hpp"
#include "common/cli/option_table.hpp"
#include "common/mqtt/codec.hpp"
#include "common/record/record.hpp"
#include "common/record/topic_template.hpp"
#include "tools/sim/command_options.hpp"
#include "tools/sim/output_files.hpp"
#include "tools/sim/result_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace tlm::sim {
namespace {

constexpr double kLargestRate = 1e9;
constexpr EpochMs kLatestStart = 253'402'300'800'000 - 1; // the end of the year 9999

std::string show_factor(double factor)
{
    return fmt::format("{}x", factor);
}

void add_rate(cli::OptionTable& table, Options& options)
{
    auto option =
        cli::make_option("rate", 'r', "RATE",
                         "Messages a second of the whole fleet, or max: as fast as they are taken, "
                         "each carrying the time it was made.");
    option.expected = "messages a second above 0, or max";
    option.set = [&options](std::string_view text) {
        const auto rate = parse_number(text);
        if (text == "max") {
            options.rate = std::nullopt;
        } else if (rate && *rate > 0 && *rate <= kLargestRate) {
            options.rate = rate;
        } else {
            return false;
        }
        return true;
    };
    option.show = [&options] {
        return std::vector{options.rate ? fmt::format("{}", *options.rate) : std::string{"max"}};
    };
    table.add_option(std::move(option));
}

void add_speed(cli::OptionTable& table, Options& options)
{
    auto option =
        cli::make_option("speed", 's', "FACTOR",
                         "Send so many times faster than recorded or scheduled, such as 10x or "
                         "0.5x, or max. The series is moved so that no message carries a time "
                         "ahead of the moment it is sent.");
    option.expected = "a factor such as 10x, or max";
    option.set = [&options](std::string_view text) {
        const auto speed = parse_speed(text);
        options.speed = speed.value_or(options.speed);
        return speed.has_value();
    };
    option.show = [&options] {
        const auto& factor = options.speed.factor;
        return std::vector{factor ? show_factor(*factor) : std::string{"max"}};
    };
    table.add_option(std::move(option));
}

void add_what(cli::OptionTable& table, Options& options)
{
    constexpr std::uint64_t kMostDevices = 10'000'000;
    constexpr std::uint64_t kLargestSeed = (1ULL << 53U) - 1; // JSON readers keep doubles
    constexpr std::uint64_t kLargestPayload = 16ULL * 1024 * 1024;
    table.group("Devices");
    table.add(options.devices, "devices", 'N', "NUMBER",
              "Size of the fleet; message i comes from device i mod NUMBER. With --replay: so many "
              "devices play the recordings, each from a row of its own on.",
              {1, kMostDevices});
    table.add(options.device_prefix, "device-prefix", 0, "TEXT",
              "What device ids begin with; a number of at least five digits follows.");
    table.add(options.seed, "seed", 0, "NUMBER",
              "What all values follow from, and the boot of every message: the same seed and "
              "--start-time give the same bytes. Without it both differ from run to run; boot is "
              "then the start of the run in epoch seconds.",
              {0, kLargestSeed});
    table.add_size(options.payload_size, "payload-size", 0, "SIZE",
                   "Fill payloads up to so many bytes.", {0, kLargestPayload});
    auto& replay = table.add(options.recordings, "replay", 0, "FILE",
                             "Play recorded data instead of a fleet: CSV, NDJSON (.ndjson, "
                             ".jsonl, .json) or line protocol (.lp, .line, .influx). Rows that "
                             "name no device are from one that is named as the file; operands are "
                             "further files. They are read into memory and merged in time order.");
    replay.complete = cli::Complete::file;
    add_fleet(table, options.fleet);
}

void add_when(cli::OptionTable& table, Options& options)
{
    table.group("Time");
    add_rate(table, options);
    add_arrival(table, options.fleet);
    table.add(options.count, "count", 'c', "NUMBER",
              "End after so many messages of the fleet; each device sends its share of them.");
    table.add(options.duration, "duration", 0, "DURATION",
              "End after the messages of so long a time; all of them are sent, also by a run that "
              "the receiver makes late.",
              {milliseconds{1}, kLongestSeries});
    add_speed(table, options);
    table.add(options.keep_time, "keep-time", 0,
              "Leave recorded times as they are, however long ago.");
    table.add(options.align, "align", 0,
              "Let all recordings begin together, whatever their dates.");
    table.add_time(options.start_time, "start-time", 0, "TIME",
                   "The time that the first message carries.");
}

void add_where(cli::OptionTable& table, Options& options)
{
    table.group("Output");
    table.add(options.topic_template, "topic-template", 0, "TOPIC",
              "The topic of a device; the level {deviceId} stands for its id.");
    auto& ledger = table.add(options.ledger, "ledger", 0, "FILE",
                             "Append a line for each message to FILE, on disk before the message "
                             "is sent: what must have arrived in the end.");
    ledger.complete = cli::Complete::file;
    add_results(table, options.results);
    table.add(options.drain_timeout, "drain-timeout", 0, "DURATION",
              "At the end wait so long for outstanding acknowledgements, then exit with status 4.");
}

/// The rows that the checks ask who set them. They stay where they are when the table moves.
struct Rows {
    std::vector<const cli::Option*> fleet_only; ///< not with --replay
    std::vector<const cli::Option*> by_flags;   ///< not with --fleet
    CommandRows commands;
    const cli::Option* devices = nullptr;
    const cli::Option* prefix = nullptr;
    const cli::Option* rate = nullptr;
    const cli::Option* speed = nullptr;
};

Rows find_rows(cli::OptionTable& table)
{
    Rows rows;
    for (const auto* name : {"rate", "arrival", "tag", "metric", "payload-template", "fleet"}) {
        rows.fleet_only.push_back(table.find(name));
    }
    for (const auto* name :
         {"devices", "device-prefix", "rate", "arrival", "tag", "metric", "payload-template"}) {
        rows.by_flags.push_back(table.find(name));
    }
    rows.devices = table.find("devices");
    rows.prefix = table.find("device-prefix");
    rows.commands = find_command_rows(table);
    rows.rate = table.find("rate");
    rows.speed = table.find("speed");
    return rows;
}

void check_replay(const Rows& rows, const Options& options)
{
    for (const auto* row : rows.fleet_only) {
        if (row->is_set()) {
            throw usage_error(
                fmt::format("--{} is for simulated devices, not for --replay", row->name));
        }
    }
    if (rows.prefix->is_set() && !rows.devices->is_set()) {
        throw usage_error("--device-prefix needs --devices here: else recordings name them");
    }
    if (options.keep_time && rows.devices->is_set()) {
        throw usage_error("--keep-time and --devices exclude each other: each begins elsewhere");
    }
    check_replay_faults(options.fleet);
    if (options.keep_time && options.start_time) {
        throw usage_error("--keep-time and --start-time exclude each other");
    }
    if (options.keep_time && options.align) {
        throw usage_error("--keep-time and --align exclude each other");
    }
}

void check_arrival(const Rows& rows, const Options& options)
{
    const auto& arrival = options.fleet.arrival;
    if (!arrival.needs_rate() && rows.rate->is_set()) {
        throw usage_error(
            fmt::format("--arrival {} says itself when devices send: no --rate", arrival.text));
    }
    if (!options.rate && arrival.model != ArrivalRule::Model::constant) {
        throw usage_error("--rate max has no schedule: --arrival needs a rate");
    }
}

void check_fleet(const Rows& rows, const Options& options)
{
    if (!options.operands.empty()) {
        throw usage_error(options.operands.front() + ": to play recordings write --replay FILE...");
    }
    if (options.keep_time || options.align) {
        throw usage_error("--keep-time and --align are for --replay");
    }
    if (options.fleet.loop) {
        throw usage_error("--loop is for --replay");
    }
    for (const auto* row : rows.by_flags) {
        if (options.fleet.fleet && row->is_set()) {
            throw usage_error(fmt::format("--{} is said in the file of --fleet", row->name));
        }
    }
    check_arrival(rows, options);
    if (!options.rate && (rows.speed->is_set() || options.start_time)) {
        throw usage_error("--rate max has no schedule that --speed or --start-time could place: "
                          "write --rate RATE --speed max");
    }
    const bool ends = options.count || options.duration ||
                      options.fleet.arrival.model == ArrivalRule::Model::trace;
    if (options.speed.faster_than_recorded() && !ends && !options.start_time) {
        throw usage_error("--speed above 1x needs --count, --duration or --start-time: without an "
                          "end the times would run ahead of the clock");
    }
}

void check_devices(const Options& options)
{
    if (!is_device_id(options.device_prefix + "00000000")) {
        throw usage_error("--device-prefix: up to 120 characters of A-Z a-z 0-9 . _ : -");
    }
    if (options.count && options.duration) {
        throw usage_error("--count and --duration exclude each other");
    }
}

void check_start_time(const Options& options)
{
    if (options.start_time && *options.start_time > kLatestStart) {
        throw usage_error("--start-time: a time before the year 10000");
    }
}

void check_topics(const Options& options)
{
    constexpr std::size_t kLongestId = 128;
    const TopicTemplate topics{options.topic_template};
    if (!topics.is_topic()) {
        throw usage_error("--topic-template: no topic may hold the wildcards + and #");
    }
    if (topics.topic(std::string(kLongestId, '-')).size() > mqtt::kMaxString) {
        throw usage_error("--topic-template: topics have no more than 65535 bytes");
    }
}

void check_files(const Options& options)
{
    const auto name = [](const std::optional<std::filesystem::path>& path) {
        return path ? path->string() : std::string{};
    };
    std::vector<NamedFile> inputs{{"--fleet", name(options.fleet.fleet)},
                                  {"--payload-template", name(options.fleet.payload_template)}};
    for (const auto& file : options.recordings) {
        inputs.push_back({"--replay", file});
    }
    for (const auto& file : options.operands) {
        inputs.push_back({"--replay", file});
    }
    check_apart({{"--ledger", name(options.ledger)},
                 {"--truth", name(options.fleet.truth)},
                 {"--summary", options.results.summary.value_or("")},
                 {"--latency", options.results.latency.value_or("")}},
                inputs);
}

void check_outputs(const Options& options)
{
    const bool records = !options.connections.any();
    const bool truth = options.fleet.truth == "-";
    check_results(options.results, records);
    check_files(options);
    if (options.ledger == "-") {
        throw usage_error("--ledger: it is on disk before messages are sent: name a file");
    }
    if (truth && records) {
        throw usage_error("--truth -: standard output has the records; name a file");
    }
    if (truth && options.results.summary == "-") {
        throw usage_error("--truth - and --summary - exclude each other");
    }
}

void add_examples(cli::OptionTable& table)
{
    table.example("tlm-sim -N 100 -r 1000 --mqtt mqtt://localhost --ledger sent.ndjson",
                  "a hundred devices, a thousand messages a second together");
    table.example("tlm-sim --replay machine.csv --speed 60x --mqtt mqtt://localhost",
                  "an hour of recorded data a minute");
    table.example("tlm-sim --seed 1 --start-time 2026-01-01 --count 1000 --speed max",
                  "the same thousand records every time");
}

/// The first operand may be a command; a file of that name is written ./verify.
void take_command(Options& options)
{
    auto& operands = options.operands;
    const auto named = [&](std::string_view name) {
        return !options.replays() && !operands.empty() && operands.front() == name;
    };
    if (named("verify")) {
        options.command = Command::verify;
    } else if (named("merge")) {
        options.command = Command::merge;
    } else {
        return;
    }
    operands.erase(operands.begin());
}

std::vector<std::string> ledgers(const Options& options)
{
    auto files = options.operands;
    if (options.ledger) {
        files.insert(files.begin(), options.ledger->string());
    }
    return files;
}

void check_command(const Options& options)
{
    if (options.command == Command::verify) {
        check_verify(options.verify, ledgers(options));
    } else if (options.operands.empty()) {
        throw usage_error("merge: name the files that --latency has written");
    }
}

std::vector<Recording> read_recording(const std::string& path)
{
    constexpr std::size_t kLargest = 1UL << 30U; // all of it is held in memory
    const auto device = device_id_of(path);
    if (device.empty()) {
        throw usage_error(path + ": the name of the file names no device");
    }
    auto parsed =
        parse_recording(read_text_file(path, kLargest, "--replay"), recording_format(path), device);
    if (const auto* const bad = std::get_if<BadLine>(&parsed)) {
        throw usage_error(bad->in(path));
    }
    return std::get<std::vector<Recording>>(std::move(parsed));
}

std::vector<Recording> read_recordings(const Options& options)
{
    std::vector<std::string> paths = options.recordings;
    paths.insert(paths.end(), options.operands.begin(), options.operands.end());
    std::vector<Recording> recordings;
    std::set<std::string> known;
    for (const auto& path : paths) {
        for (auto& recording : read_recording(path)) {
            if (!known.insert(recording.device).second) {
                throw usage_error(
                    fmt::format("{}: a second recording of the device {}", path, recording.device));
            }
            recordings.push_back(std::move(recording));
        }
    }
    return recordings;
}

/// What is said: a fleet or recordings.
void make_devices(const Options& options, Settings& settings)
{
    settings.devices = static_cast<std::uint32_t>(options.devices);
    if (options.replays()) {
        settings.recordings = read_recordings(options);
        settings.replay.loop = options.fleet.loop;
        settings.replay.ids.prefix = options.device_prefix;
        settings.replay.devices = options.spread ? settings.devices : 0;
        if (!options.spread) {
            settings.devices = static_cast<std::uint32_t>(settings.recordings.size());
        }
    } else {
        const FlagGroup flags{settings.devices, options.device_prefix, options.rate,
                              options.payload_size};
        settings.groups = make_groups(options.fleet, flags, !options.connections.any());
        settings.devices = 0;
        for (const auto& group : settings.groups) {
            settings.devices += group.devices;
        }
    }
}

/// Sparkplug says what an edge node's connection is like.
void settle_edge_nodes(Settings& settings)
{
    if (!has_edge_nodes(settings.groups) || !settings.connections) {
        return;
    }
    if (settings.connections->connections) {
        throw usage_error("--connections: an edge node of Sparkplug has a connection of its own");
    }
    if (std::all_of(settings.groups.begin(), settings.groups.end(),
                    [](const Group& group) { return group.traits.edge_node; })) {
        settings.connections->publisher.qos = mqtt::Qos::at_most_once;
    }
}

} // namespace

cli::OptionTable make_table(Options& options)
{
    cli::OptionTable table{"tlm-sim", "play fleets of devices, or recorded data",
                           "[OPTION]... [--replay FILE...] | verify LEDGER... | merge FILE..."};
    add_what(table, options);
    add_when(table, options);
    add_where(table, options);
    add_connections(table, options.connections);
    add_faults(table, options.fleet);
    table.find("connect-timeout")->help += " verify: the same for the places where it looks.";
    add_verify(table, options.verify);
    table.operands(options.operands, "FILE",
                   "Further recordings for --replay, ledgers for verify, files that --latency has "
                   "written for merge.",
                   cli::Complete::file);
    add_examples(table);
    table.check([&options, rows = find_rows(table)] {
        take_command(options);
        refuse_foreign(rows.commands, options.command, options.connections.any());
        if (options.command != Command::play) {
            check_command(options);
            return;
        }
        options.spread = options.replays() && rows.devices->is_set();
        options.replays() ? check_replay(rows, options) : check_fleet(rows, options);
        check_devices(options);
        check_start_time(options);
        check_topics(options);
        check_outputs(options);
        check_connections(options.connections, options.replays() || options.fleet.fleet
                                                   ? std::nullopt
                                                   : std::optional{options.devices});
    });
    return table;
}

Settings make_settings(const Options& options)
{
    Settings settings;
    make_devices(options, settings);
    settings.shard = options.fleet.shard;
    settings.faults = options.fleet.faults;
    settings.truth = options.fleet.truth;
    settings.seed = options.seed;
    settings.payload_size = options.payload_size;
    const bool by_flags = !options.replays() && !options.fleet.fleet;
    const bool by_rate = by_flags && options.fleet.arrival.needs_rate();
    if (by_flags) {
        settings.rate = by_rate ? options.rate : options.fleet.arrival.own_rate(options.devices);
    }
    settings.paced = !by_rate || options.rate;
    settings.count = options.count;
    settings.duration = options.duration;
    settings.speed = options.speed;
    settings.keep_time = options.keep_time;
    settings.align = options.align;
    settings.start_time = options.start_time;
    if (options.connections.any()) {
        settings.connections = make_connections(options.connections);
        settle_edge_nodes(settings);
    }
    settings.topic_template = options.topic_template;
    settings.ledger = options.ledger;
    settings.summary = options.results.summary;
    settings.latency = options.results.latency;
    settings.drain_timeout = options.drain_timeout;
    return settings;
}

VerifySettings make_verify_settings(const Options& options)
{
    auto settings = make_verify_settings(options.verify, ledgers(options));
    settings.connect_timeout = options.connections.timeout.limit;
    settings.latency = options.results.latency;
    return settings;
}

} // namespace tlm::sim
