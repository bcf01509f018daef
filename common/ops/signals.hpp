// SPDX-License-Identifier: Apache-2.0
// Stopping on request: signals as descriptors and flags, never as handlers.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"

#include <atomic>
#include <optional>
#include <thread>

namespace tlm::ops {

/// Turns SIGTERM and SIGINT into a request to stop and SIGHUP into a request to reload.
///
/// One object a process, constructed before any other thread starts: the constructor blocks the
/// three signals (threads started later inherit that) and ignores SIGPIPE, so that a closed pipe is
/// an EPIPE where it is written. A SIGHUP that was ignored from outside (nohup) stays ignored.
/// A second SIGTERM or SIGINT ends the process at once with status 4: data may be unconfirmed. One
/// that comes right behind the first is the same request: timeout(1) signals both its child and the
/// group.
///
/// Every member may be called on any thread. The watcher thread touches nothing but the flags and
/// descriptors here; it runs no code of the tool.
class Shutdown {
  public:
    Shutdown();
    Shutdown(const Shutdown&) = delete;
    Shutdown& operator=(const Shutdown&) = delete;
    ~Shutdown();

    [[nodiscard]] bool requested() const noexcept
    {
        return m_requested.load(std::memory_order_acquire);
    }

    /// Asks to stop as a signal would; for EPIPE on stdout, a bounded run that is complete.
    void request() noexcept;

    /// Readable (POLLIN) once a stop is requested, and for ever after: poll it, do not read it.
    [[nodiscard]] int fd() const noexcept { return m_stop.get(); }

    /// Until this is called SIGHUP asks to stop, as the default action would; after it, to reload.
    void reload_on_hangup() noexcept { m_reloads.store(true, std::memory_order_release); }

    /// Readable while a reload is asked for; take_reload() empties it.
    [[nodiscard]] int reload_fd() const noexcept { return m_reload.get(); }

    /// True once for any number of SIGHUPs since the last call.
    [[nodiscard]] bool take_reload() noexcept;

  private:
    void watch() noexcept;
    void on_signal(int number) noexcept;

    std::atomic<bool> m_requested{false};
    std::atomic<bool> m_reloads{false};
    std::optional<Monotonic> m_signalled; ///< the first request; watcher thread only
    UniqueFd m_stop;
    UniqueFd m_reload;
    UniqueFd m_quit;
    UniqueFd m_signals;
    std::thread m_watcher;
};

} // namespace tlm::ops
