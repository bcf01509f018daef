// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/lease_cycle.hpp"

namespace tlm::mqtt2kafka {

LeaseAction LeaseCycle::next(const LeaseSeen& seen)
{
    switch (m_state) {
    case State::watching:
        return watching(seen);
    case State::joining:
        if (!seen.given) {
            return LeaseAction::wait;
        }
        m_state = State::held;
        return held(seen);
    case State::held:
        return held(seen);
    case State::lost:
        return LeaseAction::lose;
    }
    return LeaseAction::lose;
}

LeaseAction LeaseCycle::watching(const LeaseSeen& seen)
{
    if (m_looking && seen.members) {
        m_looking = false;
        m_next_look = seen.now + m_options.look_interval;
        if (*seen.members == 0) {
            m_state = State::joining;
            return LeaseAction::join;
        }
    }
    if (seen.now < m_next_look) {
        return LeaseAction::wait;
    }
    m_looking = true;
    m_next_look = seen.now + m_options.look_patience;
    return LeaseAction::look;
}

LeaseAction LeaseCycle::held(const LeaseSeen& seen)
{
    constexpr int kTrusted = 2;
    constexpr int kOf = 3;
    if (!seen.given || seen.lapsed || seen.now - seen.renewed >= m_options.time * kTrusted / kOf) {
        m_state = State::lost;
        return LeaseAction::lose;
    }
    return seen.recalled ? LeaseAction::yield : LeaseAction::hold;
}

} // namespace tlm::mqtt2kafka
