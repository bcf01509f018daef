// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/offset_plan.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlm::replay {

namespace {

std::int64_t add(std::int64_t a, std::int64_t b)
{
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

/// The brokers take negative times for other questions; no record is stamped before 1970.
EpochMs asked_time(EpochMs time, milliseconds slack)
{
    return std::max(EpochMs{0}, add(time, slack.count()));
}

/// Where a bound lies before it is clamped.
std::int64_t place(const Bound& bound, const Extent& extent, const TimeAnswers& answers,
                   milliseconds slack)
{
    switch (bound.at) {
    case Bound::At::start:
        return extent.low;
    case Bound::At::end:
        return extent.high;
    case Bound::At::offset:
        return bound.value;
    case Bound::At::after_start:
        return add(extent.low, bound.value);
    case Bound::At::before_end:
        return extent.high - bound.value;
    case Bound::At::time:
        break;
    }
    const auto found = answers.find({extent.partition, asked_time(bound.value, slack)});
    return found == answers.end() || found->second < 0 ? extent.high : found->second;
}

/// Of the offsets between `high` and `last`, those that the range means. For a time that is all of
/// them where it comes after what can be read: the brokers do not look further.
std::int64_t count_unstable(const OffsetRange& range, const Extent& extent, std::int64_t begin,
                            std::int64_t end)
{
    if (range.begin.at == Bound::At::end || extent.last <= extent.high) {
        return 0;
    }
    const bool open =
        range.end.at == Bound::At::end || (range.end.at == Bound::At::time && end >= extent.high);
    const auto first = std::max(begin, extent.high);
    return std::max(std::int64_t{0}, (open ? extent.last : std::min(end, extent.last)) - first);
}

PartitionPlan plan_partition(const OffsetRange& range, const Extent& extent,
                             const TimeAnswers& answers, milliseconds slack)
{
    PartitionPlan plan{extent.partition, extent.low, extent.high};
    const auto begin = place(range.begin, extent, answers, milliseconds{0});
    const auto end = place(range.end, extent, answers, slack);
    plan.begin = std::clamp(begin, extent.low, extent.high);
    plan.end = std::max(plan.begin, std::clamp(end, extent.low, extent.high));
    if (range.begin.at == Bound::At::time) {
        plan.from = range.begin.value;
    }
    if (range.end.at == Bound::At::time) {
        plan.to = range.end.value;
    }
    plan.unstable = count_unstable(range, extent, begin, end);
    if (range.begin.at == Bound::At::offset && begin < extent.low) {
        plan.missing += std::min(std::max(end, begin), extent.low) - begin;
    }
    const auto last = std::max(extent.high, extent.last);
    if (range.end.at == Bound::At::offset && end > last) {
        plan.missing += end - std::max(std::min(begin, end), last);
    }
    if (range.begin.at == Bound::At::offset && range.end.at != Bound::At::offset && begin > last) {
        ++plan.missing; // the one that was named; how many were meant beyond it nobody knows
    }
    return plan;
}

void require_partitions(const Ranges& ranges, std::span<const Extent> extents)
{
    const auto require = [extents](std::int32_t partition) {
        const auto is = [partition](const Extent& extent) { return extent.partition == partition; };
        if (std::none_of(extents.begin(), extents.end(), is)) {
            throw usage_error(fmt::format("there is no partition {}: the topic has {}", partition,
                                          extents.size()));
        }
    };
    for (const auto& [partition, range] : ranges.own) {
        require(partition);
    }
    std::for_each(ranges.only.begin(), ranges.only.end(), require);
}

} // namespace

std::vector<TimeQuestion> time_questions(const Ranges& ranges, std::span<const Extent> extents,
                                         milliseconds slack)
{
    std::vector<TimeQuestion> questions;
    for (const auto& extent : extents) {
        const auto* const range = ranges.find(extent.partition);
        if (range == nullptr) {
            continue;
        }
        if (range->begin.at == Bound::At::time) {
            questions.emplace_back(extent.partition,
                                   asked_time(range->begin.value, milliseconds{0}));
        }
        if (range->end.at == Bound::At::time) {
            questions.emplace_back(extent.partition, asked_time(range->end.value, slack));
        }
    }
    return questions;
}

std::vector<PartitionPlan> plan_offsets(const Ranges& ranges, std::span<const Extent> extents,
                                        const TimeAnswers& answers, milliseconds slack)
{
    require_partitions(ranges, extents);
    std::vector<PartitionPlan> plans;
    for (const auto& extent : extents) {
        if (const auto* const range = ranges.find(extent.partition)) {
            plans.push_back(plan_partition(*range, extent, answers, slack));
        }
    }
    return plans;
}

std::optional<PartitionPlan> plan_new_partition(const Ranges& ranges, const Extent& extent)
{
    const auto* const range = ranges.find(extent.partition);
    if (range == nullptr) {
        return std::nullopt;
    }
    PartitionPlan plan;
    plan.partition = extent.partition;
    plan.low = plan.begin = extent.low;
    plan.high = plan.end = extent.high;
    if (range->begin.at == Bound::At::time) {
        plan.from = range->begin.value;
    }
    return plan;
}

std::int64_t offsets_in(std::span<const PartitionPlan> plans) noexcept
{
    std::int64_t total = 0;
    for (const auto& plan : plans) {
        total = add(total, std::max(std::int64_t{0}, plan.end - plan.begin));
    }
    return total;
}

std::string plan_table(std::span<const PartitionPlan> plans)
{
    auto text = fmt::format("{:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}\n", "PARTITION", "LOW",
                            "HIGH", "BEGIN", "END", "OFFSETS");
    for (const auto& plan : plans) {
        text += fmt::format("{:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}\n", plan.partition,
                            plan.low, plan.high, plan.begin, plan.end,
                            std::max(std::int64_t{0}, plan.end - plan.begin));
    }
    return text + fmt::format("{:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}\n", "all", "", "", "",
                              "", offsets_in(plans));
}

} // namespace tlm::replay
