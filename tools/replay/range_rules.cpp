// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/range_rules.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlm::replay {

namespace {

/// RFC 3339 but for its zone, at the beginning or the end of the text.
bool lacks_zone(std::string_view text)
{
    constexpr std::size_t kSize = std::string_view{"2026-01-01T00:00:00"}.size();
    const auto lacks = [](std::string_view time) {
        return !parse_rfc3339(time) && parse_rfc3339(std::string(time) + 'Z').has_value();
    };
    return text.size() >= kSize &&
           (lacks(text.substr(0, kSize)) || lacks(text.substr(text.size() - kSize)));
}

void check_partitions(const Ranges& ranges)
{
    if (ranges.only.empty()) {
        return;
    }
    for (const auto& [partition, range] : ranges.own) {
        if (!ranges.only.contains(partition)) {
            throw usage_error(fmt::format("--offset has a range for partition {}, which "
                                          "--partitions leaves out",
                                          partition));
        }
    }
    for (const auto partition : ranges.only) {
        if (ranges.find(partition) == nullptr) {
            throw usage_error(
                fmt::format("--partitions names {}, for which --offset has no range", partition));
        }
    }
}

} // namespace

std::string range_problem(std::string_view text, EpochMs now)
{
    const auto range = text.substr(text.find('=') + 1); // without one: all of it
    switch (judge_range(range, now)) {
    case RangeFault::backwards:
        return "ends before it begins";
    case RangeFault::empty:
        return "holds nothing, whatever the topic has";
    case RangeFault::none:
    case RangeFault::no_range:
        break;
    }
    if (!range.starts_with('@')) {
        return {};
    }
    const auto times = range.substr(1);
    if (parse_duration(times)) {
        return fmt::format("begins with a duration: @-{} is so long ago", times);
    }
    const auto colon = times.find(':');
    if (colon != std::string_view::npos && parse_duration(times.substr(0, colon))) {
        return fmt::format("begins with a duration: @-{} is so long ago", times);
    }
    if (lacks_zone(times)) {
        return "has a time without a zone, such as the Z of 2026-01-01T00:00:00Z";
    }
    return {};
}

void check_ranges(const Ranges& ranges, bool follow)
{
    check_partitions(ranges);
    const auto ends = [](const OffsetRange& range) { return range.end.at != Bound::At::end; };
    const bool bounded = (ranges.others && ends(*ranges.others)) ||
                         std::any_of(ranges.own.begin(), ranges.own.end(),
                                     [&ends](const auto& entry) { return ends(entry.second); });
    if (follow && bounded) {
        throw usage_error("--follow has no end: leave out what follows the colon of --offset");
    }
}

} // namespace tlm::replay
