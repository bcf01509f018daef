// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/group_options.hpp"

#include "common/base/error.hpp"
#include "common/cli/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tlm::replay {

namespace {

/// Empty when the text is no number, or one beyond any topic.
std::optional<std::int64_t> parse_shift(std::string_view text)
{
    constexpr std::int64_t kMost = 1'000'000'000'000'000;
    std::int64_t number = 0;
    text.remove_prefix(text.starts_with('+') ? 1 : 0);
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool fits = number >= -kMost && number <= kMost;
    return error == std::errc{} && stop == end && fits ? std::optional{number} : std::nullopt;
}

/// Where a group goes on is one bound: `B`, or `B:` with the end left as it is.
bool has_points_only(const Ranges& ranges)
{
    const auto is_point = [](const OffsetRange& range) { return range.end.at == Bound::At::end; };
    return (!ranges.others || is_point(*ranges.others)) &&
           std::all_of(ranges.own.begin(), ranges.own.end(),
                       [&is_point](const auto& own) { return is_point(own.second); });
}

void check_reset(const Settings& settings)
{
    const auto& ranges = settings.ranges;
    const bool has_range = ranges.others || !ranges.own.empty();
    const auto& groups = settings.groups;
    if (int{has_range} + int{groups.plan_file.has_value()} + int{groups.to_current} +
            int{groups.shift_by.has_value()} >
        1) {
        throw usage_error(
            "reset: --offset, --plan, --to-current and --shift-by exclude each other");
    }
    if (groups.from_committed()) {
        return;
    }
    if (settings.groups.plan_file) {
        if (!settings.topic.empty() || !ranges.only.empty()) {
            throw usage_error("reset: --plan says all that --topic and --partitions could say: "
                              "leave it or them out");
        }
    } else if (settings.topic.empty()) {
        throw usage_error("reset: name the topic with --topic, or a file with --plan");
    } else if (!has_range) {
        throw usage_error("reset: say with --offset where the group is to go on, such as -o start, "
                          "-o end, -o @-15m or -o 3=100, or with --shift-by");
    } else if (!has_points_only(ranges)) {
        throw usage_error("reset: where the group goes on is one place, not a range: "
                          "leave out what follows the colon of --offset");
    }
}

} // namespace

void add_group_options(cli::OptionTable& table, Settings& settings)
{
    auto& groups = settings.groups;
    table.group("Consumer groups");
    table.add(groups.group, "group", 'g', "GROUP",
              "lag, reset: the consumer group to look at or to move.");
    auto& plan = table.add(groups.plan_file, "plan", 0, "FILE",
                           "reset: take the new offsets from lines of topic,partition,offset, as "
                           "--export and kafka-consumer-groups --export print them.");
    plan.complete = cli::Complete::file;
    table.add(groups.to_current, "to-current", 0,
              "reset: the offsets that the group has now, of all that it reads or of --topic; "
              "with --export, a file that takes it back.");
    auto shift = cli::make_option("shift-by", 0, "NUMBER",
                                  "reset: so many offsets on from where the group is, or back when "
                                  "negative.");
    shift.expected = "a number of offsets such as 100 or -100";
    shift.set = [&groups](std::string_view text) {
        groups.shift_by = parse_shift(text);
        return groups.shift_by.has_value();
    };
    shift.show = [&groups] {
        return groups.shift_by ? std::vector{std::to_string(*groups.shift_by)}
                               : std::vector<std::string>{};
    };
    table.add_option(std::move(shift));
    table.add(groups.export_plan, "export", 0,
              "reset: print the new offsets as lines of topic,partition,offset.");
}

void check_group_rows(const std::vector<const cli::Option*>& rows, Command command)
{
    constexpr std::array<std::string_view, 5> kReplays{"Input", "Filters, all of which must hold",
                                                       "Pace", "Output", "Capsules"};
    constexpr std::array<std::string_view, 2> kLag{"topic", "format"};
    constexpr std::array<std::string_view, 5> kReset{"topic", "offset", "partitions", "execute",
                                                     "dry-run"};
    const auto among = [](const auto& names, std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const bool lags = command == Command::lag;
    if (!lags && command != Command::reset) {
        return;
    }
    for (const auto* const row : rows) {
        const bool meant = lags ? among(kLag, row->name) : among(kReset, row->name);
        if (row->is_set() && !meant && among(kReplays, row->group)) {
            throw usage_error(fmt::format("--{} is not for {}", row->name, lags ? "lag" : "reset"));
        }
    }
}

void check_group_settings(const Settings& settings)
{
    const auto& groups = settings.groups;
    const bool resets = settings.command == Command::reset;
    if (!settings.concerns_group()) {
        if (!groups.group.empty()) {
            throw usage_error("--group is for lag and reset: a replay belongs to no group");
        }
    } else if (groups.group.empty()) {
        throw usage_error("name the consumer group with --group");
    }
    if (!resets && (groups.plan_file || groups.export_plan || groups.from_committed())) {
        throw usage_error("--plan, --export, --to-current and --shift-by are for reset");
    }
    if (resets) {
        check_reset(settings);
    }
}

} // namespace tlm::replay
