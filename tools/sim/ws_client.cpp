// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ws_client.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/ops/random.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

namespace tlm::sim {
namespace {

constexpr std::size_t kLongestHead = 8192;
constexpr milliseconds kAttempt{2'000};
constexpr milliseconds kPause{100};

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};

using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::array<char, 4> random_bytes()
{
    std::array<char, 4> bytes{};
    const auto seed = ops::random_seed();
    std::memcpy(bytes.data(), &seed, bytes.size());
    return bytes;
}

std::string handshake(const WsUrl& url)
{
    constexpr int kKeyParts = 4; // 16 bytes
    std::string key;
    for (int i = 0; i < kKeyParts; ++i) {
        const auto part = random_bytes();
        key.append(part.data(), part.size());
    }
    std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\n"
                                      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                      "Sec-WebSocket-Key: ",
                                      url.path, url.host, url.port);
    append_base64(request, key);
    return request + "\r\n\r\n";
}

bool ready(int fd, short events, Monotonic deadline)
{
    pollfd wait{fd, events, 0};
    return ::poll(&wait, 1, poll_timeout(deadline, std::chrono::steady_clock::now())) > 0;
}

} // namespace

WsUrl parse_ws_url(const std::string& text, const std::string& flag)
{
    constexpr std::string_view kScheme = "ws://";
    if (!text.starts_with(kScheme)) {
        throw usage_error(flag + ": an address such as ws://localhost:8080");
    }
    WsUrl url;
    auto rest = text.substr(kScheme.size());
    if (const auto slash = rest.find('/'); slash != std::string::npos) {
        url.path = rest.size() > slash + 1 ? rest.substr(slash) : url.path;
        rest.resize(slash);
    }
    const auto host_end = rest.starts_with('[') ? rest.find(']') + 1 : rest.find(':');
    url.host = rest.substr(0, host_end == 0 ? rest.size() : host_end);
    const auto behind = rest.substr(url.host.size());
    if (!behind.empty()) {
        url.port = behind.starts_with(':') ? behind.substr(1) : std::string{};
    }
    const auto printable = [](char c) { return c > ' ' && c < '\x7f' && c != '@'; };
    if (url.host.empty() || url.port.empty() || !std::all_of(text.begin(), text.end(), printable)) {
        throw usage_error(flag + ": an address such as ws://localhost:8080");
    }
    return url;
}

WsClient::WsClient(WsUrl url, milliseconds limit, int stop_fd) : m_url(std::move(url))
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!connect(std::min(limit, kAttempt))) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline || ready(stop_fd, POLLIN, now + kPause)) {
            throw fatal_error(
                fmt::format("{}: no tlm-ws for {}: {}", name(), format_duration(limit), m_why));
        }
    }
}

std::string WsClient::name() const
{
    return "ws://" + m_url.host + ':' + m_url.port;
}

/// One attempt; m_why says why it failed.
bool WsClient::connect(milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    auto host = m_url.host;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), m_url.port.c_str(), &hints, &found);
        error != 0) {
        m_why = ::gai_strerror(error);
        return false;
    }
    const Addresses addresses(found);
    for (const auto* address = found; address != nullptr; address = address->ai_next) {
        if (const int problem = reach(*address, deadline); problem != 0) {
            m_why = errno_text(problem);
            continue; // localhost is ::1 first, where a server need not listen
        }
        shake_hands(deadline);
        return true;
    }
    return false;
}

/// 0, or the number of the error.
int WsClient::reach(const addrinfo& address, Monotonic deadline)
{
    m_fd.reset(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    int error = m_fd ? 0 : errno;
    if (m_fd && ::connect(m_fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
        error = errno;
        socklen_t size = sizeof error;
        if (error == EINPROGRESS && ready(m_fd.get(), POLLOUT, deadline)) {
            ::getsockopt(m_fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    return error;
}

void WsClient::shake_hands(Monotonic deadline)
{
    send(handshake(m_url));
    std::string head;
    std::array<char, 1> byte{}; // what follows the head belongs to the decoder
    while (!head.ends_with("\r\n\r\n")) {
        const auto got = ::recv(m_fd.get(), byte.data(), byte.size(), 0);
        const bool again = got < 0 && (errno == EAGAIN || errno == EINTR);
        if (got > 0) {
            head += byte.front();
        } else if (!again || !ready(m_fd.get(), POLLIN, deadline)) {
            throw fatal_error(name() + ": no answer to the WebSocket handshake");
        }
        if (head.size() > kLongestHead) {
            throw fatal_error(name() + ": does not speak HTTP");
        }
    }
    if (!head.starts_with("HTTP/1.1 101 ")) {
        throw fatal_error(fmt::format("{}{}: is no WebSocket: {}", name(), m_url.path,
                                      head.substr(0, head.find('\r'))));
    }
}

void WsClient::send(std::string_view bytes)
{
    // Requests and pongs are small: a buffer that does not take them is a connection that is dead.
    if (::send(m_fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size())) {
        throw fatal_error(name() + ": the connection broke");
    }
}

/// False when there is nothing to read now.
bool WsClient::receive()
{
    std::array<char, 65'536> buffer{};
    const auto got = ::recv(m_fd.get(), buffer.data(), buffer.size(), 0);
    if (got > 0) {
        m_decoder.feed({buffer.data(), static_cast<std::size_t>(got)});
        return true;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    throw fatal_error(name() + ": tlm-ws closed the connection");
}

std::optional<std::string> WsClient::next()
{
    for (;;) {
        auto message = m_decoder.next();
        if (!message) {
            if (!receive()) {
                return std::nullopt;
            }
            continue;
        }
        switch (message->kind) {
        case WsMessage::Kind::data:
            return std::move(message->payload);
        case WsMessage::Kind::ping: {
            std::string pong;
            append_ws_pong(pong, message->payload, random_bytes());
            send(pong);
            break;
        }
        case WsMessage::Kind::pong:
            break;
        case WsMessage::Kind::close:
        case WsMessage::Kind::broken:
            throw fatal_error(name() + ": tlm-ws closed the connection");
        }
    }
}

std::optional<std::string> WsClient::wait_next(Monotonic deadline)
{
    for (;;) {
        if (auto message = next()) {
            return message;
        }
        if (!ready(m_fd.get(), POLLIN, deadline)) {
            return std::nullopt;
        }
    }
}

} // namespace tlm::sim
