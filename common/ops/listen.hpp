// SPDX-License-Identifier: Apache-2.0
// Addresses to listen on: as users write them, and as they were bound.
#pragma once

#include "common/base/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::ops {

/// Where to listen: `127.0.0.1:9100`, `[::1]:9100`, `:9100` (every address), port 0 for any.
struct ListenAddress {
    std::string host; ///< numeric; empty for every address
    std::uint16_t port = 0;
};

/// Throws Error usage that names `flag` and says what is expected.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text, std::string_view flag);

/// A non-blocking TCP socket that listens there. An empty host takes IPv6 and IPv4, an IPv6
/// address IPv6 only. Throws Error fatal that names `flag`, the address and the reason.
[[nodiscard]] UniqueFd listen_on(const ListenAddress& address, std::string_view flag, int backlog);

/// What a listening socket got.
struct BoundAddress {
    std::string name; ///< `127.0.0.1:8080`, `[::1]:8080`
    std::uint16_t port = 0;
    bool loopback = false; ///< can be reached from this machine only
};

/// Throws Error fatal when `fd` is no such socket.
[[nodiscard]] BoundAddress bound_address(int fd);

} // namespace tlm::ops
