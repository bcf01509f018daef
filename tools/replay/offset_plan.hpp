// SPDX-License-Identifier: Apache-2.0
// From what the user asked for and what the topic holds to the offsets that are read. Pure.
#pragma once

#include "common/base/time.hpp"
#include "tools/replay/offset_range.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tlm::replay {

/// What a partition holds: offsets from `low` up to but without `high`. With read_committed `high`
/// is the last stable offset, and from there to `last` is what waits for an open transaction.
struct Extent {
    std::int32_t partition = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t last = 0; ///< below `high`: the same
};

/// What is read of one partition.
struct PartitionPlan {
    std::int32_t partition = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t begin = 0;
    std::int64_t end = 0; ///< not read itself; at most `high`
    /// Records stamped outside of these two are left out: a partition's times may run to and fro.
    EpochMs from = std::numeric_limits<EpochMs>::min();
    EpochMs to = std::numeric_limits<EpochMs>::max(); ///< not read itself
    std::int64_t missing =
        0; ///< offsets that were asked for by number but are gone, or not yet there
    std::int64_t unstable = 0; ///< offsets that were asked for, but wait for an open transaction

    [[nodiscard]] bool empty() const noexcept { return begin >= end; }

    bool operator==(const PartitionPlan&) const = default;
};

/// A partition and a time to ask the brokers about.
using TimeQuestion = std::pair<std::int32_t, EpochMs>;

/// The offset of the first record then or later; negative: there is none.
using TimeAnswers = std::map<TimeQuestion, std::int64_t>;

/// What must be asked before plan_offsets(). `slack`: how much later than the end of a range in
/// time a record may stand that was stamped before it.
[[nodiscard]] std::vector<TimeQuestion>
time_questions(const Ranges& ranges, std::span<const Extent> extents, milliseconds slack);

/// One plan for each extent that is meant, in its order. Every bound is clamped to the extent, so
/// that the end is always one that is reached. An answer that is missing or negative is the end.
/// Throws Error usage when a partition is named that is not there.
[[nodiscard]] std::vector<PartitionPlan> plan_offsets(const Ranges& ranges,
                                                      std::span<const Extent> extents,
                                                      const TimeAnswers& answers,
                                                      milliseconds slack);

/// The plan of a partition that the topic got after it was looked at: all that it holds, but for
/// what is stamped before a range in time. Empty when the ranges do not mean it.
[[nodiscard]] std::optional<PartitionPlan> plan_new_partition(const Ranges& ranges,
                                                              const Extent& extent);

/// Offsets to read over all partitions; holes in them (compaction, transactions) have no record.
[[nodiscard]] std::int64_t offsets_in(std::span<const PartitionPlan> plans) noexcept;

/// The plan as a table for people, a line a partition.
[[nodiscard]] std::string plan_table(std::span<const PartitionPlan> plans);

} // namespace tlm::replay
