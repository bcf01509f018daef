// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/dialer.hpp"

#include "common/base/error.hpp"

#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace tlm::mqtt {

std::string Dialer::resolve()
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(m_host.c_str(), std::to_string(m_port).c_str(), &hints, &list);
    if (code != 0) {
        return code == EAI_SYSTEM ? errno_text(errno) : ::gai_strerror(code);
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list, &::freeaddrinfo};
    m_addresses.clear();
    m_next = 0;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        Address address{};
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.length = entry->ai_addrlen;
        m_addresses.push_back(address);
    }
    return {};
}

std::variant<UniqueFd, std::string> Dialer::dial()
{
    if (!has_more()) {
        if (auto error = resolve(); !error.empty()) {
            return error;
        }
    }
    const Address& address = m_addresses[m_next];
    ++m_next;
    UniqueFd fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd) {
        return errno_text(errno);
    }
    // Writes are coalesced here; the kernel shall not wait for more.
    const int on = 1;
    (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* const target = reinterpret_cast<const sockaddr*>(&address.storage);
    if (::connect(fd.get(), target, address.length) != 0 && errno != EINPROGRESS) {
        return errno_text(errno);
    }
    return fd;
}

std::string connect_error(int fd)
{
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        error = errno;
    }
    return error == 0 ? std::string{} : errno_text(error);
}

} // namespace tlm::mqtt
