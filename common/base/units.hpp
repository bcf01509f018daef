// SPDX-License-Identifier: Apache-2.0
// Durations, sizes, rates and times as users write them.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlm {

/// `250ms`, `5s`, `1h30m`, `7d`: numbers with a unit (ms s m h d), largest first. No unit is an
/// error except for `0`. Empty when the text is not a duration or overflows.
[[nodiscard]] std::optional<milliseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back as the same value.
[[nodiscard]] std::string format_duration(milliseconds value);

/// `65536`, `64Ki`, `1Mi`, `2Gi` (powers of 1024) and `64k`, `1M`, `2G` (powers of 1000), in bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// RFC 3339 (`2026-01-01T00:00:00.123Z`, offsets, a space or `t` for `T`); digits beyond
/// milliseconds are cut; a leap second counts as the second after it. Empty when it is not one.
[[nodiscard]] std::optional<EpochMs> parse_rfc3339(std::string_view text);

/// RFC 3339 in UTC with milliseconds. Years 0000 to 9999; beyond them the number itself.
[[nodiscard]] std::string format_rfc3339(EpochMs time);

/// What a user writes for a point in time: RFC 3339, a day (`2026-01-01`, UTC), epoch seconds (up
/// to 10 digits) or milliseconds (more), or a duration before `now` (`-15m`).
[[nodiscard]] std::optional<EpochMs> parse_time(std::string_view text, EpochMs now);

/// A whole decimal number without sign, nothing else around it.
[[nodiscard]] std::optional<std::uint64_t> parse_unsigned(std::string_view text);

/// A finite decimal number, nothing else around it.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

} // namespace tlm
