// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/probe.hpp"

#include "common/base/units.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace tlm::mqtt {

using std::chrono::steady_clock;

void Probe::start(Monotonic now)
{
    m_dialer.restart();
    m_deadline = now + m_timeout;
    dial();
}

/// The next address that does not fail at once.
void Probe::dial()
{
    do {
        auto dialled = m_dialer.dial();
        if (auto* const fd = std::get_if<UniqueFd>(&dialled)) {
            m_fd = std::move(*fd);
            m_state = State::pending;
            return;
        }
        m_error = std::move(std::get<std::string>(dialled));
    } while (m_dialer.has_more());
    m_state = State::failed;
}

Probe::State Probe::look(Monotonic now)
{
    while (m_state == State::pending) {
        pollfd decided{m_fd.get(), POLLOUT, 0};
        if (::poll(&decided, 1, 0) <= 0) {
            if (now < m_deadline) {
                return m_state;
            }
            m_error = "no answer within " + format_duration(m_timeout);
            m_state = State::failed;
        } else if (m_error = connect_error(m_fd.get()); m_error.empty()) {
            m_state = State::answered;
        } else if (m_dialer.has_more()) {
            dial();
        } else {
            m_state = State::failed;
        }
    }
    m_fd.reset();
    return m_state;
}

Probe::State Probe::wait(int stop_fd)
{
    Monotonic now = steady_clock::now();
    start(now);
    while (look(now) == State::pending) {
        std::array<pollfd, 2> wanted{pollfd{m_fd.get(), POLLOUT, 0}, pollfd{stop_fd, POLLIN, 0}};
        const auto left = std::chrono::ceil<milliseconds>(m_deadline - now).count();
        const int timeout = static_cast<int>(std::max<milliseconds::rep>(left, 0));
        if (::poll(wanted.data(), wanted.size(), timeout) > 0 && wanted[1].revents != 0) {
            return m_state;
        }
        now = steady_clock::now();
    }
    return m_state;
}

void Probe::reset()
{
    m_fd.reset();
    m_state = State::idle;
}

} // namespace tlm::mqtt
