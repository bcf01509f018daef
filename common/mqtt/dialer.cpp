// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/dialer.hpp"

#include "common/base/error.hpp"

#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace tlm::mqtt {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// The list, or why there is none.
std::variant<AddressList, std::string> look_up(const char* host, const char* port, int flags)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host, port, &hints, &list);
    if (code != 0) {
        return code == EAI_SYSTEM ? errno_text(errno) : std::string{::gai_strerror(code)};
    }
    return AddressList{list, &::freeaddrinfo};
}

Address copy_address(const addrinfo& entry)
{
    Address address{};
    std::memcpy(&address.storage, entry.ai_addr, entry.ai_addrlen);
    address.length = entry.ai_addrlen;
    return address;
}

std::string connect_failure(int error)
{
    if (error == EADDRNOTAVAIL) {
        return "no free port, or no such source address (Cannot assign requested address)";
    }
    return errno_text(error);
}

} // namespace

std::variant<std::vector<Address>, std::string> resolve(const std::string& host, std::uint16_t port)
{
    auto found = look_up(host.c_str(), std::to_string(port).c_str(), AI_NUMERICSERV);
    if (auto* const error = std::get_if<std::string>(&found)) {
        return std::move(*error);
    }
    std::vector<Address> addresses;
    for (const auto* entry = std::get<AddressList>(found).get(); entry != nullptr;
         entry = entry->ai_next) {
        addresses.push_back(copy_address(*entry));
    }
    return addresses;
}

Address parse_source_address(std::string_view text)
{
    const auto found = look_up(std::string{text}.c_str(), nullptr, AI_NUMERICHOST);
    const auto* const list = std::get_if<AddressList>(&found);
    if (list == nullptr) {
        throw usage_error(std::string{text} + ": not an IP address");
    }
    return copy_address(**list);
}

std::variant<UniqueFd, std::string> open_connection(const Address& target, const Address* source)
{
    UniqueFd fd{::socket(target.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!fd) {
        return errno_text(errno);
    }
    // Writes are coalesced here; the kernel shall not wait for more.
    const int on = 1;
    (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (source != nullptr) {
        // A port bound here would be taken for all targets, not for this one alone.
        (void)::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (::bind(fd.get(), source->get(), source->length) != 0) {
            return "source address: " + errno_text(errno);
        }
    }
    if (::connect(fd.get(), target.get(), target.length) != 0 && errno != EINPROGRESS) {
        return connect_failure(errno);
    }
    return fd;
}

std::variant<UniqueFd, std::string> Dialer::dial()
{
    if (!has_more()) {
        auto found = resolve(m_host, m_port);
        if (auto* const error = std::get_if<std::string>(&found)) {
            return std::move(*error);
        }
        m_addresses = std::get<std::vector<Address>>(std::move(found));
        m_next = 0;
    }
    const Address& address = m_addresses[m_next];
    ++m_next;
    return open_connection(address);
}

std::string connect_error(int fd)
{
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        error = errno;
    }
    return error == 0 ? std::string{} : connect_failure(error);
}

} // namespace tlm::mqtt
