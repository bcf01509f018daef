// SPDX-License-Identifier: Apache-2.0
#include "common/ops/health.hpp"

#include <utility>

namespace tlm::ops {

Health::Health(milliseconds watchdog, Monotonic start)
    : m_watchdog(watchdog), m_progress(start.time_since_epoch().count())
{}

void Health::progress(Monotonic now) noexcept
{
    m_progress.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

bool Health::alive(Monotonic now) const noexcept
{
    const Monotonic last{Monotonic::duration{m_progress.load(std::memory_order_relaxed)}};
    return m_watchdog == milliseconds::zero() || now - last <= m_watchdog;
}

void Health::set_detail(std::string detail)
{
    const std::lock_guard lock(m_mutex);
    m_detail = std::move(detail);
}

std::string Health::detail() const
{
    const std::lock_guard lock(m_mutex);
    return m_detail;
}

} // namespace tlm::ops
