// SPDX-License-Identifier: Apache-2.0
#include "common/ops/sd_notify.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace tlm::ops {

namespace {

/// What systemd would be: a datagram socket with a path, or an abstract one (`@...`).
class Manager {
  public:
    explicit Manager(const std::string& name) : m_fd(::socket(AF_UNIX, SOCK_DGRAM, 0))
    {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name.front() == '@') {
            address.sun_path[0] = '\0';
        }
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        REQUIRE(::bind(m_fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::setenv("NOTIFY_SOCKET", name.c_str(), 1) == 0);
    }

    /// The next message; "none" when none waits.
    [[nodiscard]] std::string next() const
    {
        std::array<char, 512> buffer{};
        const ssize_t n = ::recv(m_fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        return n < 0 ? "none" : std::string(buffer.data(), static_cast<std::size_t>(n));
    }

  private:
    UniqueFd m_fd;
};

void check_messages(const Manager& manager)
{
    SdNotify notify;
    CHECK(notify.active());
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
    notify.ready();
    notify.status("subscribed\nREADY=1");
    notify.reloading();
    notify.stopping();
    notify.extend_timeout(milliseconds{1500});
    notify.watchdog();
    CHECK(manager.next() == "READY=1");
    CHECK(manager.next() == "STATUS=subscribed\\nREADY=1"); // one line whatever it says
    CHECK(manager.next() == "RELOADING=1");
    CHECK(manager.next() == "STOPPING=1");
    CHECK(manager.next() == "EXTEND_TIMEOUT_USEC=1500000");
    CHECK(manager.next() == "WATCHDOG=1");
    CHECK(manager.next() == "none");
}

} // namespace

TEST_CASE("sd_notify: a socket with a path", "[ops]")
{
    const TemporaryFolder folder;
    const Manager manager((folder.path() / "notify").string());
    check_messages(manager);
}

TEST_CASE("sd_notify: an abstract socket", "[ops]")
{
    const Manager manager("@tlm-test-notify-" + std::to_string(::getpid()));
    check_messages(manager);
}

TEST_CASE("sd_notify: without systemd it does nothing", "[ops]")
{
    ::unsetenv("NOTIFY_SOCKET");
    SdNotify notify;
    CHECK_FALSE(notify.active());
    notify.ready();
    CHECK_FALSE(notify.watchdog_interval());

    ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    SdNotify missing;
    CHECK_FALSE(missing.active());
    missing.watchdog();
}

TEST_CASE("sd_notify: the watchdog is for the process that it names", "[ops]")
{
    const TemporaryFolder folder;
    auto interval = [&folder, n = 0](const std::string& usec, const std::string& pid) mutable {
        const Manager manager((folder.path() / std::to_string(++n)).string());
        ::setenv("WATCHDOG_USEC", usec.c_str(), 1);
        pid.empty() ? ::unsetenv("WATCHDOG_PID") : ::setenv("WATCHDOG_PID", pid.c_str(), 1);
        const auto found = SdNotify{}.watchdog_interval();
        CHECK(std::getenv("WATCHDOG_USEC") == nullptr);
        return found ? found->count() : -1;
    };
    const std::string us = std::to_string(::getpid());
    CHECK(interval("30000000", us) == 30000);
    CHECK(interval("30000000", "") == 30000);
    CHECK(interval("30000000", "1") == -1);
    CHECK(interval("0", us) == -1);
    CHECK(interval("x", us) == -1);
}

} // namespace tlm::ops
