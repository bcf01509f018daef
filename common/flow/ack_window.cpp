// SPDX-License-Identifier: Apache-2.0
#include "common/flow/ack_window.hpp"

namespace tlm {

Ticket AckWindow::open(std::size_t bytes, Monotonic now)
{
    if (m_states.empty()) {
        m_opened_at = now;
    }
    m_states.push_back(State::open);
    m_bytes += bytes;
    ++m_outstanding;
    return m_first + m_states.size() - 1;
}

bool AckWindow::confirm(Ticket ticket)
{
    return resolve(ticket, State::confirmed);
}

bool AckWindow::fail(Ticket ticket)
{
    if (!resolve(ticket, State::failed)) {
        return false;
    }
    ++m_failed;
    return true;
}

bool AckWindow::resolve(Ticket ticket, State state)
{
    if (!contains(ticket) || m_states[index_of(ticket)] != State::open) {
        return false;
    }
    m_states[index_of(ticket)] = state;
    --m_outstanding;
    return true;
}

bool AckWindow::clear()
{
    if (m_outstanding > 0) {
        return false;
    }
    m_first += m_states.size();
    m_states.clear();
    m_bytes = 0;
    m_failed = 0;
    return true;
}

std::optional<Monotonic> AckWindow::oldest() const noexcept
{
    if (m_states.empty()) {
        return std::nullopt;
    }
    return m_opened_at;
}

} // namespace tlm
