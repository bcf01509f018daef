// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/run_figures.hpp"

#include <algorithm>

namespace tlm::sim {

void RunFigures::room(bool there, Monotonic now) noexcept
{
    if (!there) {
        m_room_since.reset();
    } else if (!m_room_since) {
        m_room_since = now;
    }
}

void RunFigures::sent(std::span<const nanoseconds> intended, Monotonic now,
                      nanoseconds waited) noexcept
{
    if (intended.empty()) {
        return;
    }
    if (m_start + intended.front() > m_last_sent) {
        m_held = nanoseconds{0}; // all was caught up with
    }
    const auto made = now - waited;
    for (const auto moment : intended) {
        const auto due = m_start + moment;
        m_sent.add(now - due);
        const auto late = made - std::max(due, m_room_since.value_or(made));
        m_own_lag.add(std::max(late - m_held, nanoseconds{0}));
    }
    m_held = std::min(m_held + waited, now - (m_start + intended.back()));
    m_last_sent = now;
}

void RunFigures::confirmed(nanoseconds intended, Monotonic at) noexcept
{
    m_confirmed.add(std::max(at, m_last_sent) - (m_start + intended));
}

RunSummary RunFigures::summary(Monotonic now) const
{
    RunSummary summary;
    summary.sent = m_sent.count();
    summary.confirmed = m_confirmed.count();
    summary.seconds = std::chrono::duration<double>{now - m_start}.count();
    summary.generator_lag = m_own_lag;
    summary.latencies[std::string{kSentHop}] = m_sent;
    summary.latencies[std::string{kAcknowledgedHop}] = m_confirmed;
    return summary;
}

} // namespace tlm::sim
