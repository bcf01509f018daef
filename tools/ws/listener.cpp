// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/listener.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace tlm::ws {

namespace {

constexpr int kBacklog = 1024;
constexpr int kUnsentBytes = 128 * 1024;
constexpr milliseconds kPause{200};

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

std::string reason(int error)
{
    return std::generic_category().message(error);
}

void set_option(int fd, int level, int name, int value) noexcept
{
    (void)::setsockopt(fd, level, name, &value, sizeof value); // a socket without it works too
}

Addresses resolve(const ops::ListenAddress& address)
{
    addrinfo hints{};
    hints.ai_family = address.host.empty() ? AF_INET6 : AF_UNSPEC; // IPv6 takes IPv4 in as well
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const auto port = std::to_string(address.port);
    const int failed = ::getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                     port.c_str(), &hints, &found);
    Addresses addresses{found, &::freeaddrinfo};
    if (failed != 0) {
        throw usage_error("--listen: " + address.host + ": " + ::gai_strerror(failed));
    }
    return addresses;
}

bool is_loopback(const sockaddr_storage& address) noexcept
{
    if (address.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
        return (ntohl(v4->sin_addr.s_addr) >> 24U) == 127;
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

} // namespace

Listener::Listener(EventLoop& loop, const ops::ListenAddress& address,
                   std::function<void(UniqueFd)> accepted)
    : m_accepted(std::move(accepted)), m_resume(loop, [this] { m_watcher->start(); })
{
    const auto addresses = resolve(address);
    const auto wanted =
        (address.host.empty() ? "port " : address.host + " port ") + std::to_string(address.port);
    m_socket.reset(::socket(addresses->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    set_option(m_socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (addresses->ai_family == AF_INET6) {
        set_option(m_socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, address.host.empty() ? 0 : 1);
    }
    if (!m_socket || ::bind(m_socket.get(), addresses->ai_addr, addresses->ai_addrlen) != 0 ||
        ::listen(m_socket.get(), kBacklog) != 0) {
        throw fatal_error("cannot listen on " + wanted + ": " + reason(errno));
    }

    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> service{};
    auto* const generic = reinterpret_cast<sockaddr*>(&bound);
    if (::getsockname(m_socket.get(), generic, &size) == 0 &&
        ::getnameinfo(generic, size, host.data(), host.size(), service.data(), service.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        const bool v6 = bound.ss_family == AF_INET6;
        m_name = (v6 ? "[" : "") + std::string(host.data()) + (v6 ? "]:" : ":") + service.data();
        m_port = ntohs(v6 ? reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port
                          : reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
    }
    m_loopback = is_loopback(bound);
    m_watcher = std::make_unique<ReadWatcher>(loop, m_socket.get(), [this] { accept(); });
    m_watcher->start();
}

void Listener::close() noexcept
{
    m_resume.stop();
    m_watcher->stop();
    m_socket.reset();
}

void Listener::accept()
{
    // A few at a time, so that a storm of connections does not hold up those that are there.
    for (int i = 0; i < 64 && m_socket; ++i) {
        UniqueFd client{::accept4(m_socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (client) {
            set_option(client.get(), IPPROTO_TCP, TCP_NODELAY, 1);
            set_option(client.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytes);
            m_accepted(std::move(client));
            continue;
        }
        const int error = errno;
        if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
            static log::RateLimit limit{milliseconds{10'000}};
            limit.warn("cannot accept connections: {}", reason(error));
            m_watcher->stop(); // the socket stays readable: looking again at once would spin
            m_resume.start(kPause);
            return;
        }
        if (error == EAGAIN || error == EWOULDBLOCK) {
            return;
        }
        // ECONNABORTED and its like: that client is gone, the next may be there
    }
}

} // namespace tlm::ws
