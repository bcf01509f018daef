// SPDX-License-Identifier: Apache-2.0
// Which pages may open a WebSocket, and under which names this server answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlm::ws {

/// Guards against other sites' pages. A browser sends the Origin of the page that opens a
/// WebSocket, and the Host that it believes to talk to. Pure.
class Admission {
  public:
    /// `allowed` are origins as browsers send them (`https://dash.example.org`), or `*` for every
    /// one. `loopback`: the server listens on a loopback address, where a foreign name in Host
    /// means that its DNS was pointed at us (rebinding).
    Admission(std::vector<std::string> allowed, bool loopback);

    /// True when a page from `origin` may connect to `host` (the Host header). An empty origin is
    /// a program, not a page, and may.
    [[nodiscard]] bool origin_allowed(std::string_view origin, std::string_view host) const;

    /// True unless the server is on loopback and `host` is neither an address, nor localhost, nor
    /// the host of an allowed origin.
    [[nodiscard]] bool host_allowed(std::string_view host) const;

  private:
    std::vector<std::string> m_allowed;
    bool m_loopback;
    bool m_all = false;
};

/// True for `https://host`, `http://host:port`: a scheme and a host, nothing after it.
[[nodiscard]] bool is_origin(std::string_view text);

} // namespace tlm::ws
