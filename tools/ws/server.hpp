// SPDX-License-Identifier: Apache-2.0
// HTTP and WebSocket for many clients, on libwebsockets.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "tools/ws/admission.hpp"
#include "tools/ws/event_loop.hpp"
#include "tools/ws/http_response.hpp"
#include "tools/ws/hub.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tlm::ws {

struct ServerLimits {
    std::size_t max_clients = 10'000;      ///< WebSockets; 256 more connections for HTTP
    milliseconds header_timeout{10'000};   ///< from the connection to the end of its request
    std::size_t max_inbound_bytes = 4'096; ///< of a message from a client
};

struct ServerCounters {
    std::uint64_t connections = 0;      ///< accepted
    std::uint64_t connections_full = 0; ///< closed at once: too many
    std::uint64_t clients = 0;          ///< WebSockets opened
    std::uint64_t clients_refused = 0;  ///< by Origin, Host, path, upgrade or number
    std::uint64_t oversize = 0;         ///< closed: a message beyond max_inbound_bytes
    std::uint64_t requests = 0;         ///< HTTP requests answered
    std::uint64_t bytes_sent = 0;       ///< of WebSocket messages
};

/// Serves HTTP requests through a Responder and keeps WebSocket clients (at /ws) up to date with a
/// Hub: one frame at a time and only when the client's socket takes it, so that a slow client costs
/// no more than a fast one. Runs on one event loop and its thread; every member is for that thread.
///
/// libwebsockets lives in this class alone. One object a process.
class Server {
  public:
    /// The room that libwebsockets needs before the text of a frame: the hub's headroom.
    [[nodiscard]] static std::size_t headroom() noexcept;

    /// `hello` makes the first message for a client. Throws Error when libwebsockets cannot start
    /// (its libev part is a package of its own). All references must outlive the server.
    Server(EventLoop& loop, Hub& hub, const Admission& admission, const Responder& responder,
           std::function<std::string()> hello, ServerLimits limits);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Takes over a connected socket.
    void adopt(UniqueFd socket);

    /// Sends to every client that is behind, as its socket allows. Call after publishing.
    void wake_clients();

    /// Says goodbye (1001) to every client; clients() falls to 0 as they go.
    void dismiss_clients();

    /// Call every second: the libev part of libwebsockets 4.1.6 does not arm its timer for a
    /// time-out that is nearer than the one it waits for, so time-outs would come late, or never.
    void housekeeping();

    /// True when some client was not sent all that was published.
    [[nodiscard]] bool any_behind() const noexcept;

    [[nodiscard]] std::size_t clients() const noexcept;

    [[nodiscard]] const ServerCounters& counters() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::ws
