// SPDX-License-Identifier: Apache-2.0
// Tells systemd how this service is doing (sd_notify(3)), without libsystemd.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tlm::ops {

/// Sends to NOTIFY_SOCKET; does nothing where there is none, so that callers need not ask.
/// A message that cannot be sent is dropped: systemd then acts on its own time-outs. One thread.
class SdNotify {
  public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and removes them from the environment
    /// so that child processes do not speak for this one. Call while no other thread reads or
    /// changes the environment; that of Shutdown, which runs by then, does neither.
    SdNotify();

    [[nodiscard]] bool active() const noexcept { return static_cast<bool>(m_socket); }

    void ready();                           ///< READY=1: once, after subscription and metadata
    void status(std::string_view line);     ///< STATUS=: one line for `systemctl status`
    void reloading();                       ///< RELOADING=1; call ready() when done
    void stopping();                        ///< STOPPING=1
    void extend_timeout(milliseconds more); ///< EXTEND_TIMEOUT_USEC=: still draining
    void watchdog();                        ///< WATCHDOG=1

    /// How often systemd wants watchdog() at least; ping at half of it. Empty: it does not.
    [[nodiscard]] std::optional<milliseconds> watchdog_interval() const noexcept
    {
        return m_watchdog;
    }

  private:
    void send(std::string_view message) noexcept;

    UniqueFd m_socket;
    std::optional<milliseconds> m_watchdog;
};

} // namespace tlm::ops
