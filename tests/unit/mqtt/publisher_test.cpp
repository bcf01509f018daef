// SPDX-License-Identifier: Apache-2.0
// The publisher against a scripted peer; what real brokers do is the matter of tests/e2e.
#include "common/base/error.hpp"
#include "common/mqtt/publisher.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <string>

using namespace tlm;
using namespace tlm::mqtt;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// Listens on a port of the loopback; takes one connection at a time and speaks when told.
class Peer {
  public:
    Peer() : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(m_listener.get(), generic, length) == 0);
        REQUIRE(::listen(m_listener.get(), 4) == 0);
        REQUIRE(::getsockname(m_listener.get(), generic, &length) == 0);
        m_port = ntohs(address.sin_port);
    }

    [[nodiscard]] PublisherOptions options() const
    {
        PublisherOptions result;
        result.url.host = "127.0.0.1";
        result.url.port = m_port;
        result.client_id = "t";
        result.first_delay = 1ms;
        result.longest_delay = 2ms;
        return result;
    }

    bool accept()
    {
        const int fd = ::accept4(m_listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            m_connection.reset(fd);
            m_received.clear();
        }
        return fd >= 0;
    }

    const std::string& received()
    {
        std::array<char, 4'096> buffer{};
        for (;;) {
            const auto count = ::recv(m_connection.get(), buffer.data(), buffer.size(), 0);
            if (count <= 0) {
                return m_received;
            }
            m_received.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }

    void send(const std::string& bytes)
    {
        REQUIRE(::send(m_connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(bytes.size()));
    }

    void drop() { m_connection.reset(); }

  private:
    UniqueFd m_listener;
    UniqueFd m_connection;
    std::uint16_t m_port = 0;
    std::string m_received;
};

/// Runs the publisher's loop until `done`, or fails after five seconds.
void drive(Publisher& publisher, const std::function<bool()>& done)
{
    const auto limit = std::chrono::steady_clock::now() + 5s;
    while (!done()) {
        const auto now = std::chrono::steady_clock::now();
        REQUIRE(now < limit);
        const auto events = static_cast<short>(POLLIN | (publisher.wants_write() ? POLLOUT : 0));
        pollfd entry{publisher.fd(), events, 0};
        ::poll(&entry, 1, 1);
        publisher.serve(entry.revents, std::chrono::steady_clock::now());
        publisher.flush(now);
    }
}

void connect(Publisher& publisher, Peer& peer, const std::string& connack = "\x20\x03\0\0\0"s)
{
    drive(publisher, [&] { return peer.accept(); });
    drive(publisher, [&] { return peer.received().starts_with("\x10"); });
    peer.send(connack);
}

/// What came after the CONNECT, which has 21 bytes here: 2 + 10 + 6 of properties + 3 of id.
std::string after_connect(Peer& peer)
{
    return peer.received().substr(std::min<std::size_t>(21, peer.received().size()));
}

std::string publish_packet(char first, char id, const std::string& payload)
{
    return std::string{first, static_cast<char>(6 + payload.size()), 0, 1, 't', 0, id, 0} + payload;
}

} // namespace

TEST_CASE("publisher: messages wait for their PUBACK", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    publisher.publish("t", "one");
    publisher.publish("t", "two");
    const auto expected = publish_packet(0x32, 1, "one") + publish_packet(0x32, 2, "two");
    drive(publisher, [&] { return after_connect(peer).size() >= expected.size(); });
    CHECK(after_connect(peer) == expected);
    CHECK(publisher.outstanding() == 2);
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.stats().acked == 1; });
    CHECK(publisher.outstanding() == 1);
    peer.send("\x40\x03\0\2\x97"s); // quota exceeded
    drive(publisher, [&] { return publisher.outstanding() == 0; });
    CHECK(publisher.stats().refused == 1);
    CHECK(publisher.stats().acked == 1);
}

TEST_CASE("publisher: what was not acknowledged comes again, in order and marked", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    for (const auto* payload : {"one", "two", "three"}) {
        publisher.publish("t", payload);
    }
    drive(publisher, [&] { return after_connect(peer).size() == 3 * 8 + 3 + 3 + 5; });
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.stats().acked == 1; });
    peer.drop();
    drive(publisher, [&] { return !publisher.connected(); });
    publisher.publish("t", "four"); // taken while there is no connection
    connect(publisher, peer);
    const auto expected = publish_packet(0x3A, 2, "two") + publish_packet(0x3A, 3, "three") +
                          publish_packet(0x32, 4, "four");
    drive(publisher, [&] { return after_connect(peer).size() >= expected.size(); });
    CHECK(after_connect(peer) == expected);
    CHECK(publisher.stats().resent == 2);
    CHECK(publisher.stats().connects == 2);
    peer.send("\x40\x02\0\2\x40\x02\0\3\x40\x02\0\4"s);
    drive(publisher, [&] { return publisher.outstanding() == 0; });
}

TEST_CASE("publisher: an answer out of order is not asked for twice", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    publisher.publish("t", "one");
    publisher.publish("t", "two");
    drive(publisher, [&] { return after_connect(peer).size() == 2 * 11; });
    peer.send("\x40\x02\0\2\x40\x02\0\2\x40\x02\0\7"s); // second, again, and one never sent
    drive(publisher, [&] { return publisher.stats().acked == 1; });
    peer.drop();
    drive(publisher, [&] { return !publisher.connected(); });
    connect(publisher, peer);
    drive(publisher, [&] { return after_connect(peer).size() >= 11; });
    CHECK(after_connect(peer) == publish_packet(0x3A, 1, "one"));
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.outstanding() == 0; });
    CHECK(publisher.stats().acked == 2);
}

TEST_CASE("publisher: the broker's Receive Maximum is kept", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer, "\x20\x06\0\0\x03\x21\0\2"s);
    for (int i = 0; i < 5; ++i) {
        publisher.publish("t", "x");
    }
    drive(publisher, [&] { return after_connect(peer).size() == 2 * 9; });
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return after_connect(peer).size() == 3 * 9; });
    CHECK(publisher.outstanding() == 4);
}

TEST_CASE("publisher: the window bounds what is taken", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.window = 3;
    Publisher publisher{options};
    for (int i = 0; i < 3; ++i) {
        CHECK(publisher.has_room());
        publisher.publish("t", "x");
    }
    CHECK_FALSE(publisher.has_room());
    connect(publisher, peer);
    drive(publisher, [&] { return after_connect(peer).size() == 3 * 9; });
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.has_room(); });
}

TEST_CASE("publisher: packet ids start over after 65535", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.window = 65'535;
    Publisher publisher{options};
    connect(publisher, peer);
    std::size_t sent = 0;
    for (int round = 0; round < 3; ++round) {
        std::string acks;
        while (publisher.has_room()) {
            const auto id = static_cast<std::uint16_t>(sent % 65'535 + 1);
            acks += {'\x40', 2, static_cast<char>(id >> 8U), static_cast<char>(id & 0xFFU)};
            publisher.publish("t", "");
            ++sent;
        }
        drive(publisher, [&] { return after_connect(peer).size() == sent * 8; });
        for (std::size_t at = 0; at < acks.size(); at += 32'768) {
            peer.send(acks.substr(at, 32'768));
            drive(publisher, [&, goal = sent - 65'535 + std::min(at + 32'768, acks.size()) / 4] {
                return publisher.stats().acked == goal;
            });
        }
    }
    CHECK(publisher.stats().acked == 3 * 65'535);
}

TEST_CASE("publisher: at QoS 0 nothing is taken without a connection", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.qos = Qos::at_most_once;
    options.version = Version::v311;
    Publisher publisher{options};
    CHECK_FALSE(publisher.has_room());
    connect(publisher, peer, "\x20\x02\0\0"s);
    drive(publisher, [&] { return publisher.has_room(); });
    publisher.publish("t", "x");
    // CONNECT of 3.1.1 is six bytes shorter: it has no properties.
    drive(publisher, [&] { return peer.received().ends_with("\x30\x04\0\1tx"s); });
    CHECK(publisher.outstanding() == 0);
    CHECK(publisher.all_written());
}

TEST_CASE("publisher: an idle connection is pinged, a dead one is left", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    // Server keep alive of one second.
    connect(publisher, peer, "\x20\x06\0\0\x03\x13\0\1"s);
    drive(publisher, [&] { return after_connect(peer) == "\xC0\0"s; });
    peer.send("\xD0\0"s);
    drive(publisher, [&] { return after_connect(peer) == "\xC0\0\xC0\0"s; });
    drive(publisher, [&] { return !publisher.connected(); });
    CHECK(publisher.last_error() == "no answer to a ping");
}

TEST_CASE("publisher: a busy broker is asked again, a refusal for good is fatal", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer, "\x20\x03\0\x89\0"s); // server busy
    drive(publisher,
          [&] { return publisher.last_error().find("server busy") != std::string::npos; });
    CHECK(publisher.down_since());
    connect(publisher, peer, "\x20\x03\0\x86\0"s); // bad user name or password
    CHECK_THROWS_AS(drive(publisher, [] { return false; }), Error);
}

TEST_CASE("publisher: a session that was taken over is not fought for", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    drive(publisher, [&] { return publisher.connected(); });
    peer.send("\xE0\x01\x8E"s);
    CHECK_THROWS_AS(drive(publisher, [] { return false; }), Error);
}

TEST_CASE("publisher: garbage from a peer ends the connection, not the program", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer, "HTTP/1.1 400 Bad Request\r\n\r\n"s);
    drive(publisher, [&] { return publisher.last_error().find("not a packet") == 0; });
}

TEST_CASE("publisher: a message beyond the broker's largest packet is fatal", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer, "\x20\x08\0\0\x05\x27\0\0\0\x40"s);
    drive(publisher, [&] { return publisher.connected(); });
    publisher.publish("t", std::string(56, 'x')); // 64 bytes with its header
    CHECK_THROWS_AS(publisher.publish("t", std::string(57, 'x')), Error);
}

TEST_CASE("publisher: nobody listening is told by down_since and last_error", "[mqtt]")
{
    PublisherOptions options;
    {
        Peer gone;
        options = gone.options();
    }
    Publisher publisher{options};
    drive(publisher, [&] { return publisher.last_error() == "Connection refused"; });
    CHECK(publisher.down_since());
}

TEST_CASE("publisher: TLS is refused as not there yet", "[mqtt]")
{
    PublisherOptions options;
    options.url = parse_url("mqtts://localhost");
    CHECK_THROWS_AS(Publisher{options}, Error);
}
