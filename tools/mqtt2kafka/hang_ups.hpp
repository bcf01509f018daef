// SPDX-License-Identifier: Apache-2.0
// Tells a duel for the session from a broker that restarts.
#pragma once

#include "common/base/time.hpp"

#include <chrono>

namespace tlm::mqtt2kafka {

/// Two clients with one id throw each other out for ever. MQTT 5 has a reason code for that, but
/// 3.1.1 has not, and Debian's mosquitto hangs up without a word. What remains to be seen is a
/// broker that accepts each connection and soon ends it, again and again. Pure.
class HangUps {
  public:
    static constexpr int kTooMany = 4;
    static constexpr milliseconds kSoon = std::chrono::seconds{30};

    /// The broker ended a connection that it had accepted. True when that is no accident any more.
    [[nodiscard]] bool hung_up(Monotonic connected_at, Monotonic now) noexcept
    {
        m_count = now - connected_at < kSoon ? m_count + 1 : 1;
        return m_count >= kTooMany;
    }

    /// There was nobody to connect to: a broker that is away fights nobody.
    void not_connected() noexcept { m_count = 0; }

  private:
    int m_count = 0;
};

} // namespace tlm::mqtt2kafka
