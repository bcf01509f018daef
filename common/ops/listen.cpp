// SPDX-License-Identifier: Apache-2.0
#include "common/ops/listen.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>

namespace tlm::ops {

namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string show(std::string_view host, std::uint16_t port)
{
    const bool v6 = host.find(':') != std::string_view::npos;
    return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Error failure(std::string_view flag, const ListenAddress& address, std::string_view why)
{
    return fatal_error(
        fmt::format("{}: cannot listen on {}: {}", flag, show(address.host, address.port), why));
}

Addresses resolve(const ListenAddress& address, std::string_view flag)
{
    addrinfo hints = {};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_family = address.host.empty() ? AF_INET6 : AF_UNSPEC;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                    std::to_string(address.port).c_str(), &hints, &found);
    if (error != 0) {
        throw failure(flag, address, ::gai_strerror(error));
    }
    return Addresses{found};
}

bool set_option(const UniqueFd& fd, int level, int name, int value) noexcept
{
    return ::setsockopt(fd.get(), level, name, &value, sizeof value) == 0;
}

} // namespace

ListenAddress parse_listen_address(std::string_view text, std::string_view flag)
{
    const auto wrong = [text, flag] {
        return usage_error(fmt::format("{}: '{}' is not ADDR:PORT such as 127.0.0.1:8080, "
                                       "[::1]:8080 or :8080",
                                       flag, text));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        throw wrong();
    }
    std::string_view host = text.substr(0, colon);
    const auto port = parse_unsigned(text.substr(colon + 1));
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    ListenAddress address{std::string{host}, 0};
    std::array<unsigned char, sizeof(in6_addr)> ignored{};
    const bool numeric =
        ::inet_pton(bracketed ? AF_INET6 : AF_INET, address.host.c_str(), ignored.data()) == 1;
    if (!port || *port > 65535 || (!host.empty() && !numeric)) {
        throw wrong();
    }
    address.port = static_cast<std::uint16_t>(*port);
    return address;
}

UniqueFd listen_on(const ListenAddress& address, std::string_view flag, int backlog)
{
    const auto found = resolve(address, flag);
    UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int v6_only = address.host.empty() ? 0 : 1;
    const bool listening =
        fd && set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
        (found->ai_family != AF_INET6 || set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6_only)) &&
        ::bind(fd.get(), found->ai_addr, found->ai_addrlen) == 0 &&
        ::listen(fd.get(), backlog) == 0;
    if (!listening) {
        throw failure(flag, address, errno_text(errno));
    }
    return fd;
}

BoundAddress bound_address(int fd)
{
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw fatal_error("getsockname: " + errno_text(errno));
    }
    std::array<char, INET6_ADDRSTRLEN> host{};
    if (address.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
        ::inet_ntop(AF_INET6, &v6->sin6_addr, host.data(), host.size());
        const auto port = ntohs(v6->sin6_port);
        return {show(host.data(), port), port, IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) != 0};
    }
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, host.data(), host.size());
    const auto port = ntohs(v4->sin_port);
    return {show(host.data(), port), port, ntohl(v4->sin_addr.s_addr) >> 24U == 127};
}

} // namespace tlm::ops
