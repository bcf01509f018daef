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
#include <vector>

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
        result.urls.push_back({.user = {}, .host = "127.0.0.1", .port = m_port});
        result.login = [](std::uint32_t) { return Login{.client_id = "t"}; };
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

/// Runs the publisher's loop until `done`, or fails after a minute.
void drive(Publisher& publisher, const std::function<bool()>& done)
{
    const auto limit = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
        const auto now = std::chrono::steady_clock::now();
        REQUIRE(now < limit);
        publisher.want_all();
        pollfd entry{publisher.fd(), POLLIN, 0};
        ::poll(&entry, 1, 1);
        publisher.serve(std::chrono::steady_clock::now());
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

void say(Publisher& publisher, const std::string& payload, std::uint32_t connection = 0)
{
    publisher.publish(connection, {.topic = "t", .payload = payload});
}

} // namespace

TEST_CASE("publisher: messages wait for their PUBACK", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    say(publisher, "one");
    say(publisher, "two");
    const auto expected = publish_packet(0x32, 1, "one") + publish_packet(0x32, 2, "two");
    drive(publisher, [&] { return after_connect(peer).size() >= expected.size(); });
    CHECK(after_connect(peer) == expected);
    CHECK(publisher.outstanding() == 2);
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.stats().confirmed == 1; });
    CHECK(publisher.outstanding() == 1);
    peer.send("\x40\x03\0\2\x97"s); // quota exceeded
    drive(publisher, [&] { return publisher.outstanding() == 0; });
    CHECK(publisher.stats().refused == 1);
    CHECK(publisher.stats().confirmed == 1);
}

TEST_CASE("publisher: what was not acknowledged comes again on the next connection", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    say(publisher, "one");
    drive(publisher, [&] { return after_connect(peer).size() == 8 + 3; });
    peer.drop();
    drive(publisher, [&] { return publisher.links().connected == 0; });
    CHECK(publisher.down_since());
    say(publisher, "two"); // taken while there is no connection
    connect(publisher, peer);
    const auto expected = publish_packet(0x3A, 1, "one") + publish_packet(0x32, 2, "two");
    drive(publisher, [&] { return after_connect(peer).size() >= expected.size(); });
    CHECK(after_connect(peer) == expected);
    CHECK(publisher.stats().connects == 2);
    CHECK_FALSE(publisher.down_since());
}

TEST_CASE("publisher: answers may arrive in any pieces", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer, "\x20"s);
    for (const auto& piece : {"\x03\0"s, "\0\0\x40"s, "\x02"s, "\0\1\x40\x02\0"s, "\2"s}) {
        say(publisher, "x");
        drive(publisher, [&] { return !publisher.has_room() || peer.received().size() >= 21; });
        peer.send(piece);
        pollfd entry{publisher.fd(), POLLIN, 0};
        REQUIRE(::poll(&entry, 1, 5'000) == 1);
        publisher.serve(std::chrono::steady_clock::now());
        publisher.flush(std::chrono::steady_clock::now());
    }
    CHECK(publisher.stats().confirmed == 2);
}

TEST_CASE("publisher: a full socket is written to when it has room again", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.window = 65'535;
    Publisher publisher{options};
    connect(publisher, peer);
    drive(publisher, [&] { return publisher.links().connected == 1; });
    const std::string large(100'000, 'x');
    std::size_t sent = 0;
    for (; sent < 200; ++sent) {
        say(publisher, large);
        publisher.flush(std::chrono::steady_clock::now());
    }
    // 20 MB do not fit the socket: the rest goes out as the peer reads.
    drive(publisher, [&] { return after_connect(peer).size() == sent * (large.size() + 10); });
    CHECK(publisher.outstanding() == sent);
}

TEST_CASE("publisher: the bound on what is held", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.most_messages = 3;
    Publisher publisher{options};
    for (int i = 0; i < 3; ++i) {
        CHECK(publisher.has_room());
        say(publisher, "x");
    }
    CHECK_FALSE(publisher.has_room());
    connect(publisher, peer);
    drive(publisher, [&] { return after_connect(peer).size() == 3 * 9; });
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.has_room(); });
}

TEST_CASE("publisher: receipts say whose message was confirmed and when it was meant", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    publisher.publish(0, {.topic = "t", .payload = "x", .device = 42, .intended = 7ms});
    drive(publisher, [&] { return after_connect(peer).size() == 9; });
    const auto before = std::chrono::steady_clock::now();
    peer.send("\x40\x02\0\1"s);
    drive(publisher, [&] { return publisher.outstanding() == 0; });
    std::vector<Receipt> receipts;
    publisher.collect(receipts);
    REQUIRE(receipts.size() == 1);
    CHECK(receipts[0].device == 42);
    CHECK(receipts[0].intended == 7ms);
    CHECK(receipts[0].at >= before);
    publisher.collect(receipts);
    CHECK(receipts.size() == 1);
}

TEST_CASE("publisher: connections come as they are wanted, so many at a time", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.connections = 5;
    options.most_attempts = 2;
    Publisher publisher{options};
    publisher.want(3);
    publisher.serve(std::chrono::steady_clock::now());
    CHECK(publisher.links().wanted == 3);
    CHECK(publisher.links().opening == 2);
    CHECK_FALSE(publisher.all_connected());
}

TEST_CASE("publisher: what was hung up has said what it was given, and comes back", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    drive(publisher, [&] { return publisher.links().connected == 1; });
    say(publisher, "one");
    publisher.hang_up(0);
    publisher.flush(std::chrono::steady_clock::now());
    CHECK(publisher.links().connected == 0);
    drive(publisher, [&] { return after_connect(peer) == publish_packet(0x32, 1, "one"); });
    connect(publisher, peer);
    drive(publisher, [&] { return after_connect(peer) == publish_packet(0x3A, 1, "one"); });
    CHECK(publisher.stats().connects == 2);
}

TEST_CASE("publisher: at QoS 0 all is confirmed when it is written", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.qos = Qos::at_most_once;
    options.version = Version::v311;
    Publisher publisher{options};
    say(publisher, "x");
    CHECK(publisher.outstanding() == 1);
    connect(publisher, peer, "\x20\x02\0\0"s);
    drive(publisher, [&] { return peer.received().ends_with("\x30\x04\0\1tx"s); });
    CHECK(publisher.outstanding() == 0);
}

TEST_CASE("publisher: the will is in the CONNECT", "[mqtt]")
{
    Peer peer;
    auto options = peer.options();
    options.login = [](std::uint32_t connection) {
        return Login{.client_id = "t" + std::to_string(connection),
                     .user = "u",
                     .password = "p",
                     .will = Testament{"w", "gone", Qos::at_least_once, false}};
    };
    Publisher publisher{options};
    connect(publisher, peer);
    CHECK(peer.received().ends_with("\0\2t0\0\0\1w\0\4gone\0\1u\0\1p"s));
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
    drive(publisher, [&] { return publisher.links().connected == 0; });
    CHECK(publisher.last_error() == "no answer to a ping");
}

TEST_CASE("publisher: a broker that takes messages and says nothing is left", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer, "\x20\x06\0\0\x03\x13\0\1"s);
    std::size_t behind = 0;
    const auto pinged_amid_messages = [&] {
        if (publisher.has_room()) {
            say(publisher, "x");
        }
        const auto at = peer.received().find("x\xC0\0"s, behind);
        behind = at == std::string::npos ? behind : at + 1;
        return at != std::string::npos;
    };
    drive(publisher, pinged_amid_messages);
    peer.send("\x40\x02\0\1"s); // any answer is a sign of life
    drive(publisher, pinged_amid_messages);
    drive(publisher, [&] { return publisher.links().connected == 0; });
    CHECK(publisher.last_error() == "no answer to a ping");
    CHECK(publisher.stats().confirmed == 1);
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
    drive(publisher, [&] { return publisher.links().connected == 1; });
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
    drive(publisher, [&] { return publisher.links().connected == 1; });
    say(publisher, std::string(56, 'x')); // 64 bytes with its header
    CHECK_THROWS_AS(say(publisher, std::string(57, 'x')), Error);
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

TEST_CASE("publisher: a name is looked up once for all connections", "[mqtt]")
{
    static int asked = 0;
    asked = 0;
    PublisherOptions options;
    options.urls.push_back({.user = {}, .host = "nobody"});
    options.login = [](std::uint32_t) { return Login{}; };
    options.connections = 50;
    options.look_up = [](const std::string&,
                         std::uint16_t) -> std::variant<std::vector<Address>, std::string> {
        ++asked;
        return "unknown";
    };
    Publisher publisher{options};
    publisher.want_all();
    publisher.serve(std::chrono::steady_clock::now());
    CHECK(publisher.last_error() == "unknown");
    CHECK(publisher.links().opening == 0); // all have tried
    CHECK(asked == 1);
}

TEST_CASE("publisher: a broker that ends all it hears may want something else", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    const auto greeted_in_vain = [&](const std::string& why) {
        drive(publisher, [&] { return peer.accept(); });
        drive(publisher, [&] { return peer.received().starts_with("\x10"); });
        peer.drop();
        drive(publisher, [&] { return publisher.last_error() == why; });
    };
    greeted_in_vain("closed by the broker: perhaps it wants TLS there (mqtts://)");
    connect(publisher, peer);
    drive(publisher, [&] { return publisher.links().connected == 1; });
    peer.drop();
    greeted_in_vain("closed by the broker"); // it has understood us before
}

TEST_CASE("publisher: TLS files that cannot be read", "[mqtt]")
{
    const std::string text = "/nowhere: no certificate";
    CHECK_THROWS_WITH(TlsContext{"/nowhere"}, text + "s of authorities: No such file or directory");
    const TlsContext context{""};
    CHECK_THROWS_WITH(context.check({"/nowhere", "/nowhere"}),
                      text + " to use: No such file or directory");
}

TEST_CASE("publisher: a connection is said goodbye to", "[mqtt]")
{
    Peer peer;
    Publisher publisher{peer.options()};
    connect(publisher, peer);
    drive(publisher, [&] { return publisher.links().connected == 1; });
    CHECK_FALSE(publisher.close(1ms)); // the peer does not answer
    CHECK(after_connect(peer) == "\xE0\0"s);
}

namespace {

/// A node on connection 0 alone, whose will says which CONNECT it belongs to.
struct OneNode final : Nodes {
    std::optional<Presence> connecting(std::uint32_t connection) override
    {
        if (connection != 0) {
            return std::nullopt;
        }
        ++connects;
        return Presence{{"w", "gone " + std::to_string(connects), Qos::at_least_once, false},
                        "cmd"};
    }

    void connected(std::uint32_t connection) override
    {
        CHECK(connection == 0);
        ++arrivals;
    }

    void commanded(std::uint32_t /*connection*/, std::string_view payload) override
    {
        heard.emplace_back(payload);
    }

    int connects = 0;
    int arrivals = 0;
    std::vector<std::string> heard;
};

std::string subscribe_packet()
{
    return "\x82\x09\0\1\0\0\3cmd\1"s;
}

/// What came behind the subscription.
std::string after_subscribe(Peer& peer)
{
    const auto packet = subscribe_packet();
    const auto at = peer.received().find(packet);
    return at == std::string::npos ? std::string{} : peer.received().substr(at + packet.size());
}

} // namespace

TEST_CASE("publisher: a node's will, its subscription, then what it says at QoS 0", "[mqtt]")
{
    Peer peer;
    OneNode node;
    auto options = peer.options();
    options.nodes = &node;
    Publisher publisher{options};
    connect(publisher, peer);
    CHECK(peer.received().ends_with("\0\1w\0\6gone 1"s));
    drive(publisher, [&] { return node.arrivals == 1; });
    say(publisher, "born");
    const auto born = "\x30\x08\0\1t\0born"s;
    drive(publisher, [&] { return after_subscribe(peer) == born; });
    CHECK(publisher.outstanding() == 0);
    peer.send("\x90\x04\0\1\0\1\x32\x07\0\1c\0\5\0x"s);
    drive(publisher, [&] { return after_subscribe(peer) == born + "\x40\x02\0\5"s; });
    CHECK(node.heard == std::vector<std::string>{"x"});
}

TEST_CASE("publisher: what a node has not said ends with its connection", "[mqtt]")
{
    Peer peer;
    OneNode node;
    auto options = peer.options();
    options.nodes = &node;
    Publisher publisher{options};
    connect(publisher, peer);
    drive(publisher, [&] { return node.arrivals == 1; });
    CHECK(publisher.takes(0));
    peer.drop();
    say(publisher, "lost");
    drive(publisher, [&] { return publisher.links().connected == 0; });
    CHECK_FALSE(publisher.takes(0));
    CHECK(publisher.outstanding() == 0);
    connect(publisher, peer);
    CHECK(peer.received().ends_with("gone 2"));
    drive(publisher, [&] { return node.arrivals == 2; });
    drive(publisher, [&] { return peer.received().ends_with(subscribe_packet()); });
    CHECK(publisher.takes(0));
}

TEST_CASE("publisher: a node that is hung up says first what it was given", "[mqtt]")
{
    Peer peer;
    OneNode node;
    auto options = peer.options();
    options.nodes = &node;
    Publisher publisher{options};
    connect(publisher, peer);
    drive(publisher, [&] { return node.arrivals == 1; });
    const auto now = std::chrono::steady_clock::now();
    say(publisher, "last");
    publisher.hang_up(0);
    CHECK_FALSE(publisher.takes(0));
    CHECK(publisher.links().connected == 1);
    publisher.flush(now);
    CHECK(publisher.links().connected == 0);
    CHECK(after_subscribe(peer) == "\x30\x08\0\1t\0last"s);
}

TEST_CASE("publisher: a node's goodbye is its will, and the broker's word for it", "[mqtt]")
{
    for (const auto version : {Version::v5, Version::v311}) {
        Peer peer;
        OneNode node;
        auto options = peer.options();
        options.nodes = &node;
        options.version = version;
        Publisher publisher{options};
        const bool v5 = version == Version::v5;
        connect(publisher, peer, v5 ? "\x20\x03\0\0\0"s : "\x20\x02\0\0"s);
        drive(publisher, [&] { return node.arrivals == 1; });
        CHECK_FALSE(publisher.close(10ms)); // the peer does not hang up
        const auto will =
            v5 ? "\x32\x0C\0\1w\0\2\0gone 1\xE0\x01\4"s : "\x32\x0B\0\1w\0\2gone 1\xE0\0"s;
        CHECK(peer.received().ends_with(will));
    }
}
