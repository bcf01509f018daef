// SPDX-License-Identifier: Apache-2.0
// A WebSocket connection to tlm-ws.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "tools/sim/ws_frames.hpp"

#include <optional>
#include <string>

struct addrinfo;

namespace tlm::sim {

/// Where tlm-ws is: `ws://HOST[:PORT][/PATH]`, without TLS.
struct WsUrl {
    std::string host;
    std::string port = "80";
    std::string path = "/ws";
};

/// Throws Error usage that names `flag`.
[[nodiscard]] WsUrl parse_ws_url(const std::string& text, const std::string& flag);

/// Used by one thread.
class WsClient {
  public:
    /// Connects and shakes hands; tries again until `limit` has passed or `stop_fd` is readable,
    /// then throws Error fatal.
    WsClient(WsUrl url, milliseconds limit, int stop_fd);

    [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

    /// The next message that came, without waiting; answers pings. Throws Error fatal when the
    /// server has closed, for whatever reason.
    [[nodiscard]] std::optional<std::string> next();

    /// The same, but waits until `deadline`.
    [[nodiscard]] std::optional<std::string> wait_next(Monotonic deadline);

  private:
    [[nodiscard]] bool connect(milliseconds limit);
    [[nodiscard]] int reach(const addrinfo& address, Monotonic deadline);
    void shake_hands(Monotonic deadline);
    void send(std::string_view bytes);
    [[nodiscard]] bool receive();
    [[nodiscard]] std::string name() const;

    WsUrl m_url;
    std::string m_why; ///< the last attempt failed
    UniqueFd m_fd;
    WsDecoder m_decoder;
};

} // namespace tlm::sim
