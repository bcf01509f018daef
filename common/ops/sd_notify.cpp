// SPDX-License-Identifier: Apache-2.0
#include "common/ops/sd_notify.hpp"

#include "common/base/units.hpp"
#include "common/ops/log.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace tlm::ops {

namespace {

/// Takes a variable out of the environment; empty when it is not there.
std::string take_variable(const char* name)
{
    const char* const value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): see the header
    std::string text = value == nullptr ? "" : value;
    ::unsetenv(name); // NOLINT(concurrency-mt-unsafe): see the header
    return text;
}

/// A datagram socket connected to a path or to an abstract name (`@...`).
UniqueFd connect_to(const std::string& path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const bool known = !path.empty() && (path.front() == '/' || path.front() == '@');
    if (!known || path.size() >= sizeof address.sun_path) {
        return {};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path.front() == '@') {
        address.sun_path[0] = '\0';
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (!fd || ::connect(fd.get(), generic, size) != 0) {
        return {};
    }
    return fd;
}

} // namespace

SdNotify::SdNotify()
{
    const std::string path = take_variable("NOTIFY_SOCKET");
    const std::string interval = take_variable("WATCHDOG_USEC");
    const std::string pid = take_variable("WATCHDOG_PID");
    if (path.empty()) {
        return;
    }
    m_socket = connect_to(path);
    if (!m_socket) {
        log::warn("NOTIFY_SOCKET={}: cannot connect, systemd will not hear from this service",
                  path);
        return;
    }
    const auto microseconds = parse_unsigned(interval);
    const bool for_us = pid.empty() || pid == std::to_string(::getpid());
    if (microseconds && *microseconds > 0 && for_us) {
        m_watchdog = milliseconds{static_cast<milliseconds::rep>(*microseconds / 1000)};
    }
}

void SdNotify::send(std::string_view message) noexcept
{
    if (m_socket) {
        static_cast<void>(
            !::send(m_socket.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }
}

void SdNotify::ready()
{
    send("READY=1");
}

void SdNotify::status(std::string_view line)
{
    send("STATUS=" + log::escape(line));
}

void SdNotify::reloading()
{
    send("RELOADING=1");
}

void SdNotify::stopping()
{
    send("STOPPING=1");
}

void SdNotify::extend_timeout(milliseconds more)
{
    send(fmt::format("EXTEND_TIMEOUT_USEC={}", more.count() * 1000));
}

void SdNotify::watchdog()
{
    send("WATCHDOG=1");
}

} // namespace tlm::ops
