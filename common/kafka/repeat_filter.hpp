// SPDX-License-Identifier: Apache-2.0
// Says once what librdkafka says again and again.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::kafka {

/// Lets a text through once an interval; texts that differ only in digits, or
/// behind librdkafka's ` (after `, are the same. Pure, not
/// thread-safe, bounded.
class RepeatFilter {
  public:
    explicit RepeatFilter(milliseconds interval = std::chrono::minutes{1}) : m_interval(interval) {}

    /// Empty: do not show it. Else how many were not shown since the last that was.
    [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view text, Monotonic now);

    /// Everything is new again.
    void reset() { m_seen.clear(); }

  private:
    static constexpr std::size_t kMaxTexts = 256;

    struct Seen {
        Monotonic next;
        std::uint64_t hidden = 0;
    };

    milliseconds m_interval;
    std::map<std::string, Seen, std::less<>> m_seen;
};

} // namespace tlm::kafka
