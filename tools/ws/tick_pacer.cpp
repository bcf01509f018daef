// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/tick_pacer.hpp"

#include <algorithm>

namespace tlm::ws {

milliseconds TickPacer::wait(Monotonic now) const noexcept
{
    if (!m_started) {
        return milliseconds{0};
    }
    const auto left = std::chrono::ceil<milliseconds>(m_last + m_tick - now);
    return std::max(left, milliseconds{0});
}

void TickPacer::ticked(Monotonic now, std::chrono::nanoseconds cpu) noexcept
{
    if (m_started) {
        const std::chrono::duration<double> elapsed = now - m_last;
        const std::chrono::duration<double> busy = cpu - m_last_cpu;
        if (busy > kBusy * elapsed) {
            m_tick = std::min(m_tick * 2, m_asked * kWidest);
        } else if (busy < kCalm * elapsed) {
            m_tick = std::max(m_tick / 2, m_asked);
        }
    }
    m_started = true;
    m_last = now;
    m_last_cpu = cpu;
}

} // namespace tlm::ws
