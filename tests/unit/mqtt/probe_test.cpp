// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/probe.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <chrono>

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tlm::UniqueFd;
using tlm::mqtt::Probe;
using tlm::mqtt::Url;

namespace {

/// A port of the loopback: listening, or bound only and so refusing.
struct Port {
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM, 0)};
    std::uint16_t number = 0;

    Port()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets API
        REQUIRE(::bind(fd.get(), generic, size) == 0);
        REQUIRE(::getsockname(fd.get(), generic, &size) == 0);
        number = ntohs(address.sin_port);
    }

    void listen(int backlog) const { REQUIRE(::listen(fd.get(), backlog) == 0); }

    [[nodiscard]] Url url() const { return {false, "", "127.0.0.1", number}; }
};

/// Fills the queue of a listener, so that it answers no more: a host that is silent.
std::vector<UniqueFd> fill(const Port& port)
{
    std::vector<UniqueFd> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port.number);
        auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets API
        static_cast<void>(::connect(clients.back().get(), generic, sizeof address));
    }
    return clients;
}

} // namespace

TEST_CASE("probe: a broker that listens answers, one that refuses fails", "[mqtt]")
{
    const Port port;
    Probe probe{port.url()};
    CHECK(probe.state() == Probe::State::idle);
    CHECK(probe.wait(-1) == Probe::State::failed);
    CHECK(probe.error() == "Connection refused");
    port.listen(4);
    CHECK(probe.wait(-1) == Probe::State::answered);
    probe.reset();
    CHECK(probe.state() == Probe::State::idle);
}

TEST_CASE("probe: a name that is none fails", "[mqtt]")
{
    Probe probe{Url{false, "", "no.such.host.invalid", 1883}};
    CHECK(probe.wait(-1) == Probe::State::failed);
    CHECK_FALSE(probe.error().empty());
}

TEST_CASE("probe: a silent host is given up at the deadline, or when a stop is asked for", "[mqtt]")
{
    const Port port;
    port.listen(0);
    const auto clients = fill(port);
    SECTION("deadline")
    {
        Probe probe{port.url(), 50ms};
        CHECK(probe.wait(-1) == Probe::State::failed);
        CHECK(probe.error() == "no answer within 50ms");
    }
    SECTION("stop")
    {
        const UniqueFd stop{::eventfd(1, 0)};
        Probe probe{port.url(), 1h};
        CHECK(probe.wait(stop.get()) == Probe::State::pending);
    }
    SECTION("without waiting")
    {
        Probe probe{port.url(), 1h};
        const auto now = steady_clock::now();
        probe.start(now);
        CHECK(probe.look(now) == Probe::State::pending);
        CHECK(probe.look(now + 2h) == Probe::State::failed);
    }
}
