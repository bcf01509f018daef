// SPDX-License-Identifier: Apache-2.0
// Says when a broker drops messages, and not too often.
#pragma once

#include "common/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tlm::mqtt2kafka {

/// Follows a broker's counter of dropped messages, which begins anew when the broker does. What it
/// had dropped before it was first seen is no news. Pure.
class DropWatch {
  public:
    static constexpr milliseconds kInterval = std::chrono::minutes{1};

    /// How many more were dropped since the last answer that was not 0; 0 while there are none, and
    /// for kInterval after each answer.
    [[nodiscard]] std::uint64_t grown(std::optional<std::uint64_t> counter, Monotonic now) noexcept
    {
        if (!counter) {
            return 0;
        }
        const std::uint64_t before = m_seen.value_or(*counter);
        m_unsaid += *counter >= before ? *counter - before : *counter;
        m_seen = counter;
        if (m_unsaid == 0 || (m_said && now - *m_said < kInterval)) {
            return 0;
        }
        m_said = now;
        const std::uint64_t grown = m_unsaid;
        m_unsaid = 0;
        return grown;
    }

    [[nodiscard]] std::uint64_t counter() const noexcept { return m_seen.value_or(0); }

  private:
    std::optional<std::uint64_t> m_seen;
    std::uint64_t m_unsaid = 0;
    std::optional<Monotonic> m_said;
};

} // namespace tlm::mqtt2kafka
