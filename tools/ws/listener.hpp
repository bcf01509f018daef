// SPDX-License-Identifier: Apache-2.0
// Accepts TCP connections on the event loop.
#pragma once

#include "common/base/unique_fd.hpp"
#include "common/ops/listen.hpp"
#include "tools/ws/event_loop.hpp"

#include <functional>
#include <string>

namespace tlm::ws {

/// Listens on one address (both families for an empty host) and hands out connected sockets:
/// non-blocking, without Nagle's delay, and writable only while little of them is unsent, so that
/// what a slow client gets next is decided as late as possible.
class Listener {
  public:
    /// Throws Error fatal when the address cannot be listened on. `accepted` owns the socket.
    Listener(EventLoop& loop, const ops::ListenAddress& address,
             std::function<void(UniqueFd)> accepted);

    /// No new connections from now on.
    void close() noexcept;

    /// `127.0.0.1:8080`, as it was bound.
    [[nodiscard]] const std::string& name() const noexcept { return m_bound.name; }

    /// True when it can be reached from this machine only.
    [[nodiscard]] bool loopback() const noexcept { return m_bound.loopback; }

  private:
    void accept();

    std::function<void(UniqueFd)> m_accepted;
    UniqueFd m_socket;
    ops::BoundAddress m_bound;
    ReadWatcher m_watcher;
    Timer m_resume; ///< after the process ran out of descriptors
};

} // namespace tlm::ws
