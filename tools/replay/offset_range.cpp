// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/offset_range.hpp"

#include "common/base/units.hpp"

#include <limits>

namespace tlm::replay {

namespace {

constexpr std::uint64_t kMostPartitions = 1'000'000; // beyond any broker; bounds `0-999999999`

std::optional<std::int64_t> parse_offset(std::string_view text)
{
    const auto number = parse_unsigned(text);
    if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*number);
}

std::optional<std::int32_t> parse_partition(std::string_view text)
{
    const auto number = parse_unsigned(text);
    if (!number || *number >= kMostPartitions) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*number);
}

std::optional<Bound> parse_name(std::string_view text)
{
    if (text == "start" || text == "beginning") {
        return Bound{Bound::At::start};
    }
    if (text == "end") {
        return Bound{Bound::At::end};
    }
    return std::nullopt;
}

std::optional<Bound> parse_offset_bound(std::string_view text)
{
    if (const auto name = parse_name(text)) {
        return name;
    }
    auto at = Bound::At::offset;
    if (text.starts_with('+') || text.starts_with('-')) {
        at = text.front() == '+' ? Bound::At::after_start : Bound::At::before_end;
        text.remove_prefix(1);
    }
    const auto number = parse_offset(text);
    return number ? std::optional{Bound{at, *number}} : std::nullopt;
}

std::optional<Bound> parse_time_bound(std::string_view text, EpochMs now)
{
    if (const auto name = parse_name(text)) {
        return name;
    }
    const auto time = parse_time(text, now);
    return time ? std::optional{Bound{Bound::At::time, *time}} : std::nullopt;
}

/// The later side: also a duration from the earlier one on.
std::optional<Bound> parse_later(std::string_view text, const Bound& begin, EpochMs now)
{
    if (const auto bound = parse_time_bound(text, now)) {
        return bound;
    }
    const auto duration = parse_duration(text.substr(text.starts_with('+') ? 1 : 0));
    EpochMs end = 0;
    if (!duration || begin.at != Bound::At::time ||
        __builtin_add_overflow(begin.value, duration->count(), &end)) {
        return std::nullopt;
    }
    return Bound{Bound::At::time, end};
}

/// Whatever the topic holds, there is nothing between them.
bool runs_backwards(const OffsetRange& range)
{
    const auto& [begin, end] = range;
    return begin.at == end.at &&
           (begin.at == Bound::At::before_end ? begin.value < end.value : begin.value > end.value);
}

bool is_empty(const OffsetRange& range)
{
    const auto& [begin, end] = range;
    return (begin.at == Bound::At::end && end.at != Bound::At::end) || end.at == Bound::At::start;
}

std::optional<OffsetRange> parse_time_range(std::string_view text, EpochMs now)
{
    if (const auto begin = parse_time_bound(text, now)) {
        return OffsetRange{*begin};
    }
    // Times have colons of their own: the right one has a time, or nothing, on either side.
    for (auto colon = text.find(':'); colon != std::string_view::npos;
         colon = text.find(':', colon + 1)) {
        const auto left = text.substr(0, colon);
        const auto right = text.substr(colon + 1);
        const auto begin = left.empty() ? Bound{} : parse_time_bound(left, now);
        if (!begin) {
            continue;
        }
        const auto end = right.empty() ? Bound{Bound::At::end} : parse_later(right, *begin, now);
        if (end) {
            return OffsetRange{*begin, *end};
        }
    }
    return std::nullopt;
}

std::optional<OffsetRange> parse_any_range(std::string_view text, EpochMs now)
{
    if (text.starts_with('@')) {
        return text.size() == 1 ? std::nullopt : parse_time_range(text.substr(1), now);
    }
    const auto colon = text.find(':');
    const auto left = text.substr(0, colon);
    if (colon == std::string_view::npos) {
        const auto begin = parse_offset_bound(left);
        return begin ? std::optional{OffsetRange{*begin}} : std::nullopt;
    }
    const auto right = text.substr(colon + 1);
    const auto begin = left.empty() ? Bound{} : parse_offset_bound(left);
    const auto end = right.empty() ? Bound{Bound::At::end} : parse_offset_bound(right);
    return begin && end ? std::optional{OffsetRange{*begin, *end}} : std::nullopt;
}

RangeFault judge(const std::optional<OffsetRange>& range)
{
    if (!range) {
        return RangeFault::no_range;
    }
    if (runs_backwards(*range)) {
        return RangeFault::backwards;
    }
    return is_empty(*range) ? RangeFault::empty : RangeFault::none;
}

} // namespace

std::optional<OffsetRange> parse_range(std::string_view text, EpochMs now)
{
    auto range = parse_any_range(text, now);
    return judge(range) == RangeFault::none ? range : std::nullopt;
}

RangeFault judge_range(std::string_view text, EpochMs now)
{
    return judge(parse_any_range(text, now));
}

std::optional<std::set<std::int32_t>> parse_partitions(std::string_view text)
{
    std::set<std::int32_t> partitions;
    for (;;) {
        const auto comma = text.find(',');
        const auto item = text.substr(0, comma);
        const auto dash = item.find('-');
        const auto first = parse_partition(item.substr(0, dash));
        const auto last =
            dash == std::string_view::npos ? first : parse_partition(item.substr(dash + 1));
        if (!first || !last || *first > *last) {
            return std::nullopt;
        }
        for (auto partition = *first; partition <= *last; ++partition) {
            partitions.insert(partition);
        }
        if (comma == std::string_view::npos) {
            return partitions;
        }
        text.remove_prefix(comma + 1);
    }
}

const OffsetRange* Ranges::find(std::int32_t partition) const noexcept
{
    static const OffsetRange whole;
    if (!only.empty() && !only.contains(partition)) {
        return nullptr;
    }
    if (const auto found = own.find(partition); found != own.end()) {
        return &found->second;
    }
    if (others) {
        return &*others;
    }
    return own.empty() ? &whole : nullptr;
}

bool add_range(Ranges& ranges, std::string_view text, EpochMs now)
{
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
        const auto partition = parse_partition(text.substr(0, equals));
        const auto range = parse_range(text.substr(equals + 1), now);
        return partition && range && ranges.own.try_emplace(*partition, *range).second;
    }
    const auto range = parse_range(text, now);
    if (!range || ranges.others) {
        return false;
    }
    ranges.others = range;
    return true;
}

} // namespace tlm::replay
