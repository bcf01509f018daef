// SPDX-License-Identifier: Apache-2.0
// Which part of a topic is meant: offsets and times as users write them.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace tlm::replay {

/// One side of a range.
struct Bound {
    enum class At {
        start,       ///< the oldest record that there is
        end,         ///< behind the newest one, as of when the program asks
        offset,      ///< `value`
        after_start, ///< `value` offsets behind the oldest record
        before_end,  ///< `value` offsets before the end
        time,        ///< the first record stamped `value` (EpochMs) or later
    };

    At at = At::start;
    std::int64_t value = 0;

    bool operator==(const Bound&) const = default;
};

/// From `begin` on, up to but without `end`.
struct OffsetRange {
    Bound begin{Bound::At::start};
    Bound end{Bound::At::end};

    bool operator==(const OffsetRange&) const = default;
};

/// The grammar of rpk, always bounded: `B` alone is `B:end`.
///
///     RANGE  = B | [B] ":" [B] | "@" T | "@" [T] ":" [T]
///     B      = "start" | "beginning" | "end" | N | "+"N | "-"N
///     T      = "start" | "beginning" | "end" | a time of parse_time()
///
/// The second T may also be a duration, which counts from the first (`@2026-01-01:1h`). An empty
/// side is the start or the end. Empty when the text is none of it, or nothing lies in it whatever
/// the topic holds; `end` alone is what comes next.
[[nodiscard]] std::optional<OffsetRange> parse_range(std::string_view text, EpochMs now);

/// Why parse_range() takes a text or not.
enum class RangeFault {
    none,
    no_range,
    backwards, ///< its end is before its beginning
    empty,     ///< it ends where all begins, or begins where all ends
};

[[nodiscard]] RangeFault judge_range(std::string_view text, EpochMs now);

/// `0,2,5-7`. Empty when the text is none.
[[nodiscard]] std::optional<std::set<std::int32_t>> parse_partitions(std::string_view text);

/// A range for each partition.
struct Ranges {
    std::optional<OffsetRange> others; ///< for partitions without one of their own
    std::map<std::int32_t, OffsetRange> own;
    std::set<std::int32_t> only; ///< empty: all

    /// Null when the partition is not meant at all. Without any range a partition is meant whole.
    [[nodiscard]] const OffsetRange* find(std::int32_t partition) const noexcept;
};

/// Takes `RANGE` or `PARTITION=RANGE`; false when it is neither.
[[nodiscard]] bool add_range(Ranges& ranges, std::string_view text, EpochMs now);

} // namespace tlm::replay
