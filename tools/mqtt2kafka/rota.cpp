// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/rota.hpp"

#include <algorithm>

namespace tlm::mqtt2kafka {

Rota::Rota(std::size_t brokers, const RotaOptions& options)
    : m_options(options), m_places(brokers, Place{{}, options.visit_first})
{}

std::optional<std::size_t> Rota::wanted(Monotonic now) const
{
    if (!m_subscribed || m_options.cluster) {
        return std::nullopt;
    }
    if (visiting()) {
        const bool quiet = now - m_heard_at >= m_options.quiet;
        const bool long_enough = now - m_subscribed_at >= m_options.longest_visit;
        return quiet || long_enough ? m_home : std::nullopt;
    }
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        if (i != m_current && now >= m_places[i].due) {
            return i;
        }
    }
    return std::nullopt;
}

void Rota::go(std::size_t broker, Monotonic now)
{
    if (visiting()) {
        Place& left = m_places[m_current];
        left.interval =
            m_heard ? m_options.visit_first : std::min(2 * left.interval, m_options.visit_limit);
        left.due = now + left.interval;
    }
    m_current = broker;
    m_subscribed = false;
}

void Rota::silent(std::size_t broker, Monotonic now)
{
    m_places[broker].due = now + m_options.probe_interval;
    if (m_home == broker) {
        m_home = m_current; // the visit becomes a stay
    }
}

void Rota::subscribed(Monotonic now)
{
    m_subscribed = true;
    m_heard = false;
    m_subscribed_at = m_heard_at = now;
    if (!m_home || m_current < *m_home) {
        if (m_home) { // devices were there until now
            m_places[*m_home] = {now + m_options.visit_first, m_options.visit_first};
        }
        m_home = m_current;
    }
}

void Rota::heard(Monotonic now) noexcept
{
    m_heard = true;
    m_heard_at = now;
}

void Rota::lost(Monotonic now)
{
    m_subscribed = false;
    Place& failed = m_places[m_current];
    if (visiting()) { // it answers, and yet will not have us: not too often
        failed.interval = std::min(2 * failed.interval, m_options.visit_limit);
        failed.due = now + failed.interval;
        m_current = *m_home;
        return;
    }
    failed = {now + m_options.probe_interval, m_options.visit_first};
    m_home.reset();
    m_current = (m_current + 1) % m_places.size();
}

} // namespace tlm::mqtt2kafka
