// SPDX-License-Identifier: Apache-2.0
// Whether a broker answers, found out without waiting for it.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/mqtt/dialer.hpp"
#include "common/mqtt/url.hpp"

#include <chrono>
#include <string>

namespace tlm::mqtt {

/// Opens a TCP connection to a broker and closes it at once. libmosquitto's own connect blocks for
/// as long as the kernel retries, 127 s with Linux's defaults: ask first. It tries the addresses of
/// a host in their order and waits for each, so a host answers only when no address before the one
/// that answers is silent. Resolving a name blocks for as long as the system's resolver waits. Used
/// by one thread.
class Probe {
  public:
    enum class State {
        idle,
        pending,  ///< look() again
        answered, ///< it takes connections
        failed,   ///< see error()
    };

    explicit Probe(const Url& url, milliseconds timeout = std::chrono::seconds{5})
        : m_dialer(url.host, url.port), m_timeout(timeout)
    {}

    void start(Monotonic now);

    /// Where it stands; does not block.
    State look(Monotonic now);

    /// start(), then waits until it is decided. Still pending when `stop_fd` was readable first.
    State wait(int stop_fd);

    /// Forgets the answer.
    void reset();

    [[nodiscard]] State state() const noexcept { return m_state; }

    /// Why it failed.
    [[nodiscard]] const std::string& error() const noexcept { return m_error; }

  private:
    void dial();

    Dialer m_dialer;
    milliseconds m_timeout;
    State m_state = State::idle;
    Monotonic m_deadline;
    UniqueFd m_fd;
    std::string m_error;
};

} // namespace tlm::mqtt
