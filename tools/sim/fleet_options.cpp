// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet_options.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/base/units.hpp"
#include "common/cli/option_table.hpp"
#include "tools/sim/fault_injector.hpp"
#include "tools/sim/fleet_file.hpp"
#include "tools/sim/fleet_payload.hpp"
#include "tools/sim/template_encoder.hpp"
#include "tools/sim/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

namespace tlm::sim {
namespace {

constexpr std::size_t kLargestFile = 64UL << 20U; // a trace of some million times

std::optional<Shard> parse_shard(std::string_view text)
{
    constexpr std::uint64_t kMost = 10'000;
    const auto slash = text.find('/');
    const auto index = parse_unsigned(text.substr(0, slash));
    const auto of =
        slash == std::string_view::npos ? std::nullopt : parse_unsigned(text.substr(slash + 1));
    if (!index || !of || *of > kMost || *index >= *of) {
        return std::nullopt;
    }
    return Shard{static_cast<std::uint32_t>(*index), static_cast<std::uint32_t>(*of)};
}

void add_shard(cli::OptionTable& table, FleetOptions& options)
{
    cli::Option option;
    option.name = "shard";
    option.value_name = "I/N";
    option.help = "Play part I of N, counted from 0: the devices whose number, counted from 0, "
                  "leaves I when divided by N. All parts together are the whole, byte for byte "
                  "with the same --seed and --start-time.";
    option.expected = "a part such as 0/4, counted from 0";
    option.default_note = "the whole";
    option.set = [&options](std::string_view text) {
        const auto shard = parse_shard(text);
        options.shard = shard.value_or(options.shard);
        return shard.has_value();
    };
    option.show = [&options] {
        const auto& shard = options.shard;
        return shard.of == 1 ? std::vector<std::string>{}
                             : std::vector{fmt::format("{}/{}", shard.index, shard.of)};
    };
    table.add_option(std::move(option));
}

void check_fault(const FaultRule& fault, const Group& group)
{
    const auto& traits = group.traits;
    const auto cannot = [&](std::string_view why) {
        return usage_error(
            fmt::format("--fault {}: {} {}", fault_name(fault.kind), why, group.name));
    };
    if ((fault.kind == FaultKind::spoofed_id && !traits.can_spoof) ||
        (fault.kind == FaultKind::wrong_schema && !traits.can_mistype)) {
        throw cannot("not with the payload of");
    }
    const auto victims = fault_scope(group, 0).victims;
    if (changes_values(fault.kind) && victims.empty()) {
        throw cannot("no metric is a number in");
    }
    if (!fault.metric.empty() && !has_victim(victims, fault.metric)) {
        throw cannot(fault.metric + " is no metric that is a number in");
    }
}

Trace read_times(const std::string& path)
{
    auto parsed = parse_trace(read_text_file(path, kLargestFile, "--arrival trace"));
    if (const auto* const bad = std::get_if<BadLine>(&parsed)) {
        throw usage_error(bad->in(path));
    }
    return Trace{std::make_shared<const std::vector<nanoseconds>>(
        std::get<std::vector<nanoseconds>>(std::move(parsed)))};
}

Arrivals arrivals_of(const ArrivalRule& rule, const FlagGroup& flags)
{
    if (rule.model == ArrivalRule::Model::trace) {
        return read_times(rule.file);
    }
    return rule.needs_rate() ? rule.at_rate(flags.rate, flags.devices) : rule.own;
}

Group flag_group(const FleetOptions& options, const FlagGroup& flags)
{
    Group group;
    group.name = "the fleet";
    group.devices = flags.devices;
    group.ids.prefix = flags.prefix;
    group.arrivals = arrivals_of(options.arrival, flags);
    describe_group(options.tags, options.metrics, flags.payload_size, group);
    if (options.payload_template) {
        auto text = read_text_file(*options.payload_template, kLargestFile, "--payload-template");
        text.resize(text.size() - (text.ends_with('\n') ? 1 : 0)); // it ends the file, not the text
        auto compiled = Template::compile(text, group.signals);
        if (const auto* const wrong = std::get_if<std::string>(&compiled)) {
            throw usage_error(options.payload_template->string() + ": " + *wrong);
        }
        const auto made = std::make_shared<const Template>(std::get<Template>(std::move(compiled)));
        group.make_encoder = [made] { return std::make_unique<TemplateEncoder>(made); };
        group.traits = traits_of(*made);
    }
    return group;
}

std::vector<Group> read_fleet(const std::filesystem::path& path, std::size_t pad_to)
{
    const auto folder = path.has_parent_path() ? path.parent_path() : ".";
    const auto read = [&folder](const std::string& name) {
        return read_text_file(folder / name, kLargestFile, "");
    };
    return parse_fleet(read_text_file(path, kLargestFile, "--fleet"), path.string(), read, pad_to);
}

} // namespace

void add_fleet(cli::OptionTable& table, FleetOptions& options)
{
    auto& fleet = table.add(options.fleet, "fleet", 0, "FILE",
                            "The fleet is described in FILE, see tlm-fleet(5).");
    fleet.complete = cli::Complete::file;
    table.add(options.tags, "tag", 0, "TAG",
              "A text that never changes, as tags of tlm-fleet(5) have it, such as 'site: A'.");
    table.add(options.metrics, "metric", 0, "METRIC",
              "A metric instead of the usual ones, as metrics of tlm-fleet(5) have it, such as "
              "'temp_c: {sine: {mean: 18, amplitude: 4}}'.");
    auto& layout = table.add(options.payload_template, "payload-template", 0, "FILE",
                             "Payloads are the text of FILE with its holes filled: {{ts}}, "
                             "{{time}}, {{boot}}, {{seq}}, {{deviceId}} and the metrics.");
    layout.complete = cli::Complete::file;
    add_shard(table, options);
}

void add_arrival(cli::OptionTable& table, FleetOptions& options)
{
    auto option = cli::make_option(
        "arrival", 0, "MODEL",
        "How messages are spread over time. At the --rate: constant, evenly over the fleet; "
        "poisson, each device with exponential gaps; jittered[:SHARE], each device once an "
        "interval, anywhere in so much of it. Without --rate: burst:SIZE@DURATION[+SPACING], each "
        "device so many messages in a row, once in so long a time; cron:FIELDS[+JITTER], all "
        "devices when the five fields say so; trace:FILE, at the times of FILE, in turns.");
    option.suggestions = {"constant", "poisson", "jittered"};
    option.set = [&options](std::string_view text) {
        auto rule = parse_arrival_rule(text);
        if (const auto* const wrong = std::get_if<std::string>(&rule)) {
            throw usage_error(fmt::format("--arrival {}: {}", text, *wrong));
        }
        options.arrival = std::get<ArrivalRule>(std::move(rule));
        return true;
    };
    option.show = [&options] { return std::vector{options.arrival.text}; };
    table.add_option(std::move(option));
    table.add(options.loop, "loop", 0, "Begin recordings again at their end.");
}

void add_faults(cli::OptionTable& table, FleetOptions& options)
{
    table.group("Faults");
    cli::Option option;
    option.name = "fault";
    option.value_name = "FAULT";
    option.repeatable = true;
    option.help = "What goes wrong: KIND=PROBABILITY for each message, or KIND@TIME since the "
                  "start, either with +DURATION, and with ,NAME=VALUE for more, see FAULTS.";
    option.expected = "KIND=PROBABILITY or KIND@TIME, perhaps with +DURATION and ,NAME=VALUE";
    option.set = [&options](std::string_view text) {
        auto fault = parse_fault_rule(text);
        if (const auto* const wrong = std::get_if<std::string>(&fault)) {
            throw usage_error(fmt::format("--fault {}: {}", text, *wrong));
        }
        options.faults.push_back(std::get<FaultRule>(std::move(fault)));
        return true;
    };
    option.show = [&options] {
        std::vector<std::string> shown;
        for (const auto& fault : options.faults) {
            shown.push_back(format_fault_rule(fault));
        }
        return shown;
    };
    option.clear = [&options] { options.faults.clear(); };
    table.add_option(std::move(option));
    auto& truth =
        table.add(options.truth, "truth", 0, "FILE",
                  "Append a line for each fault of a message to FILE; - is standard output, "
                  "with --mqtt.");
    truth.complete = cli::Complete::file;
}

std::vector<Group> make_groups(const FleetOptions& options, const FlagGroup& flags, bool to_records)
{
    auto groups = options.fleet ? read_fleet(*options.fleet, flags.payload_size)
                                : std::vector{flag_group(options, flags)};
    for (const auto& group : groups) {
        for (const auto& fault : options.faults) {
            check_fault(fault, group);
        }
        if (to_records && !group.traits.is_text) {
            const auto& file = options.fleet ? *options.fleet : *options.payload_template;
            throw usage_error(fmt::format(
                "{}: the payloads of {} are no JSON objects, so no records: they need --mqtt",
                file.string(), group.name));
        }
    }
    return groups;
}

void check_replay_faults(const FleetOptions& options)
{
    const auto found =
        std::find_if(options.faults.begin(), options.faults.end(),
                     [](const FaultRule& fault) { return changes_values(fault.kind); });
    if (found != options.faults.end()) {
        throw usage_error(fmt::format("--fault {} is for simulated devices, not for --replay",
                                      fault_name(found->kind)));
    }
}

} // namespace tlm::sim
