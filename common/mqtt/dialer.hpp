// SPDX-License-Identifier: Apache-2.0
// Opens TCP connections without waiting for them.
#pragma once

#include "common/base/unique_fd.hpp"

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlm::mqtt {

/// Where a socket is, or shall be.
struct Address {
    sockaddr_storage storage;
    socklen_t length;

    [[nodiscard]] const sockaddr* get() const noexcept
    {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
};

/// The addresses of a host, or why there are none. Blocks for as long as the system's resolver
/// waits.
[[nodiscard]] std::variant<std::vector<Address>, std::string> resolve(const std::string& host,
                                                                      std::uint16_t port);

/// An IPv4 or IPv6 address in figures, without a port, to connect from. Throws Error usage.
[[nodiscard]] Address parse_source_address(std::string_view text);

/// A non-blocking socket that is connecting (writable when that is decided, then ask
/// connect_error), or why there is none. From `source`, where given, with a port that the kernel
/// chooses once it knows the target: each target has all ports of a source to itself.
[[nodiscard]] std::variant<UniqueFd, std::string> open_connection(const Address& target,
                                                                  const Address* source = nullptr);

/// Tries the addresses of a host in turn, one a call. Used by one thread.
class Dialer {
  public:
    Dialer(std::string host, std::uint16_t port) : m_host(std::move(host)), m_port(port) {}

    /// A socket as open_connection() gives it. Resolves the name when all addresses were tried.
    [[nodiscard]] std::variant<UniqueFd, std::string> dial();

    /// True when dial() would try another address of the same look-up: no back-off is due yet.
    [[nodiscard]] bool has_more() const noexcept { return m_next < m_addresses.size(); }

    /// Forget the rest of the look-up: the next dial() resolves again.
    void restart() noexcept { m_next = m_addresses.size(); }

  private:
    std::string m_host;
    std::uint16_t m_port;
    std::vector<Address> m_addresses;
    std::size_t m_next = 0;
};

/// Why a connecting socket failed; empty when it is connected.
[[nodiscard]] std::string connect_error(int fd);

} // namespace tlm::mqtt
