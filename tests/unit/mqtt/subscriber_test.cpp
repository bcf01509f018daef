// SPDX-License-Identifier: Apache-2.0
// The subscriber against a scripted broker: what libmosquitto writes, and above all when.
#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/mqtt/subscriber.hpp"
#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

using namespace std::string_literals;
using tlm::Error;
using tlm::ErrorKind;
using tlm::Header;
using tlm::UniqueFd;
using tlm::mqtt::Message;
using tlm::mqtt::Receiver;
using tlm::mqtt::Retained;
using tlm::mqtt::Subscriber;
using tlm::mqtt::SubscriberOptions;
using tlm::mqtt::Version;

namespace {

constexpr int kPatienceMs = 60'000;

/// A listening socket on the loopback that plays the broker by hand.
class Broker {
  public:
    Broker() : m_listener(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address); // NOLINT: the sockets API
        REQUIRE(::bind(m_listener.get(), generic, size) == 0);
        REQUIRE(::listen(m_listener.get(), 8) == 0);
        REQUIRE(::getsockname(m_listener.get(), generic, &size) == 0);
        port = ntohs(address.sin_port);
    }

    void accept()
    {
        pollfd wanted{m_listener.get(), POLLIN, 0};
        REQUIRE(::poll(&wanted, 1, kPatienceMs) == 1);
        m_peer.reset(::accept(m_listener.get(), nullptr, nullptr));
    }

    void send(const std::string& bytes)
    {
        REQUIRE(::send(m_peer.get(), bytes.data(), bytes.size(), 0) ==
                static_cast<ssize_t>(bytes.size()));
    }

    /// What has arrived; waits for it unless `wait_ms` is 0.
    std::string receive(int wait_ms = kPatienceMs)
    {
        std::string bytes(65'536, '\0');
        pollfd wanted{m_peer.get(), POLLIN, 0};
        if (::poll(&wanted, 1, wait_ms) == 0) {
            return {};
        }
        const ssize_t size = ::recv(m_peer.get(), bytes.data(), bytes.size(), 0);
        bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
        return bytes;
    }

    void hang_up() { m_peer.reset(); }

    [[nodiscard]] int peer() const { return m_peer.get(); }

    std::uint16_t port = 0;

  private:
    UniqueFd m_listener;
    UniqueFd m_peer;
};

struct Collector final : Receiver {
    std::vector<std::string> payloads;
    std::vector<bool> dup;
    std::vector<Header> properties;
    std::size_t properties_cut = 0;
    std::size_t room = 1000;

    bool on_message(const Message& message) override
    {
        payloads.emplace_back(message.payload);
        dup.push_back(message.dup);
        properties.assign(message.properties.begin(), message.properties.end());
        properties_cut = message.properties_cut;
        return payloads.size() < room;
    }
};

const constexpr char* kFilter = "devices/+/telemetry";

const std::string connack5 = "\x20\x03\x00\x00\x00"s;
const std::string connack5_session = "\x20\x03\x01\x00\x00"s;
/// SUBACK of packet 1: one filter, QoS 1.
const std::string suback5 = "\x90\x04\x00\x01\x00\x01"s;
const std::string suback311 = "\x90\x03\x00\x01\x01"s;

std::string publish5(char id, const std::string& payload, bool dup = false)
{
    std::string body = "\x00\x0e"s + "devices/d/tele" + '\0' + id + '\0' + payload;
    return std::string(1, dup ? '\x3a' : '\x32') + static_cast<char>(body.size()) + body;
}

std::string number(std::size_t value, int bytes)
{
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        text += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU);
    }
    return text;
}

/// A string or binary data, with its length in front.
std::string field(const std::string& text)
{
    return number(text.size(), 2) + text;
}

std::string variable_number(std::size_t value)
{
    std::string text;
    do {
        const auto more = value > 127 ? 128U : 0U;
        text += static_cast<char>((value & 127U) | more);
        value >>= 7U;
    } while (value > 0);
    return text;
}

/// A PUBLISH with properties.
std::string publish_with(const std::string& properties)
{
    const std::string body = field("devices/d/tele") + number(1, 2) +
                             variable_number(properties.size()) + properties + "{}";
    return '\x32' + variable_number(body.size()) + body;
}

struct Rig {
    Broker broker;
    Collector collector;
    Subscriber subscriber;

    explicit Rig(SubscriberOptions options = {})
        : subscriber(with_defaults(std::move(options), broker.port), collector)
    {}

    static SubscriberOptions with_defaults(SubscriberOptions options, std::uint16_t port)
    {
        options.url.host = "127.0.0.1";
        options.url.port = port;
        options.client_id = "bridge";
        options.filters = {kFilter};
        return options;
    }

    std::string connect()
    {
        subscriber.connect();
        broker.accept();
        subscriber.write();
        return broker.receive();
    }

    /// Waits for bytes, then reads them.
    Subscriber::ReadResult read()
    {
        pollfd wanted{subscriber.fd(), POLLIN, 0};
        REQUIRE(::poll(&wanted, 1, kPatienceMs) == 1);
        return subscriber.read();
    }

    void subscribe(const std::string& connack = connack5)
    {
        connect();
        broker.send(connack);
        const auto result = read();
        CHECK(result.messages == 0);
        subscriber.write();
        broker.receive();
        broker.send(suback5);
        read();
        REQUIRE(subscriber.subscribed());
    }
};

ErrorKind kind_of_failed_read(Rig& rig, std::string& text)
{
    try {
        for (int i = 0; i < 3; ++i) {
            rig.read();
        }
    } catch (const Error& error) {
        text = error.what();
        CHECK_FALSE(rig.subscriber.connected());
        return error.kind();
    }
    FAIL("the read did not fail");
    return ErrorKind::usage;
}

} // namespace

TEST_CASE("subscriber: CONNECT asks for a durable session with a window", "[mqtt]")
{
    SubscriberOptions options;
    options.receive_maximum = 0x1234;
    options.session_expiry = std::chrono::seconds{0x01020304};
    Rig rig{options};
    const std::string connect = rig.connect();
    REQUIRE(connect.size() > 12);
    CHECK(connect[0] == '\x10');
    CHECK(connect.substr(2, 7) == "\x00\x04MQTT\x05"s);
    CHECK((connect[9] & 0x02) == 0); // clean start is off
    CHECK(connect.find("\x11\x01\x02\x03\x04"s) != std::string::npos);
    CHECK(connect.find("\x21\x12\x34"s) != std::string::npos);
    CHECK(connect.find("\x00\x06"s + "bridge") != std::string::npos);
}

TEST_CASE("subscriber: SUBSCRIBE leaves before any message is read", "[mqtt]")
{
    Rig rig;
    rig.connect();
    rig.broker.send(connack5_session + publish5(1, "one"));
    const auto result = rig.read();
    CHECK(result.more);
    CHECK(result.messages == 0);
    CHECK(rig.collector.payloads.empty());
    CHECK(rig.subscriber.session_present() == true);
    rig.subscriber.write();
    const std::string sent = rig.broker.receive();
    CHECK(sent[0] == '\x82');
    CHECK(sent.find(kFilter) != std::string::npos);
    CHECK(sent.find('\x40') == std::string::npos);
    rig.subscriber.read();
    CHECK(rig.collector.payloads == std::vector<std::string>{"one"});
    CHECK_FALSE(rig.subscriber.subscribed());
    rig.broker.send(suback5);
    rig.read();
    CHECK(rig.subscriber.subscribed());
}

TEST_CASE("subscriber: no acknowledgement leaves before write(), all of them with it", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    constexpr char kMessages = 100; // more than the library's wake-up pipe is asked to hold
    for (char id = 1; id <= kMessages; ++id) {
        rig.broker.send(publish5(id, "m"));
    }
    while (rig.collector.payloads.size() < kMessages) {
        rig.read();
    }
    CHECK(rig.subscriber.wants_write());
    CHECK(rig.broker.receive(50).empty());

    rig.subscriber.write();
    CHECK_FALSE(rig.subscriber.wants_write());
    std::string acks;
    while (acks.size() < 4 * kMessages) {
        const std::string more = rig.broker.receive();
        REQUIRE_FALSE(more.empty());
        acks += more;
    }
    for (char id = 1; id <= kMessages; ++id) {
        CHECK(acks.substr(static_cast<std::size_t>(id - 1) * 4, 4) == "\x40\x02\x00"s + id);
    }
}

TEST_CASE("subscriber: abandoning and connecting again drops queued acknowledgements", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    rig.broker.send(publish5(1, "one"));
    rig.read();
    CHECK(rig.subscriber.wants_write());
    SECTION("abandon")
    {
        rig.subscriber.abandon();
    }
    SECTION("the broker hangs up")
    {
        rig.broker.hang_up();
        std::string text;
        CHECK(kind_of_failed_read(rig, text) == ErrorKind::transient);
    }
    CHECK_FALSE(rig.subscriber.connected());
    CHECK_FALSE(rig.subscriber.wants_write());
    const std::string connect = rig.connect();
    CHECK(connect[0] == '\x10');
    CHECK(connect.size() == 2 + static_cast<std::size_t>(connect[1]));
}

TEST_CASE("subscriber: abandoning sends nothing", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    rig.broker.send(publish5(1, "one"));
    rig.read();
    rig.subscriber.abandon();
    CHECK(rig.broker.receive().empty());
}

TEST_CASE("subscriber: redeliveries are known until something new comes, or for a time", "[mqtt]")
{
    const bool late = GENERATE(false, true);
    SubscriberOptions options;
    options.late_redeliveries = std::chrono::seconds{late ? 60 : 0};
    Rig rig{options};
    rig.subscribe(connack5_session);
    rig.broker.send(publish5(1, "a", true) + publish5(2, "b", true) + publish5(3, "c") +
                    publish5(4, "d", true));
    while (rig.collector.payloads.size() < 4) {
        rig.read();
    }
    CHECK(rig.collector.dup == std::vector<bool>{true, true, false, late});
}

TEST_CASE("subscriber: reading ends when the receiver has no room", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    rig.collector.room = 2;
    rig.broker.send(publish5(1, "a") + publish5(2, "b") + publish5(3, "c"));
    const auto result = rig.read();
    CHECK(result.messages == 2);
    CHECK(result.full);
    CHECK(result.more);
    rig.collector.room = 1000;
    CHECK(rig.subscriber.read().messages == 1);
}

TEST_CASE("subscriber: what the receiver throws comes out of read()", "[mqtt]")
{
    struct Thrower final : Receiver {
        bool on_message(const Message&) override { throw tlm::fatal_error("no more"); }
    } thrower;

    Broker broker;
    Subscriber subscriber{Rig::with_defaults({}, broker.port), thrower};
    subscriber.connect();
    broker.accept();
    broker.send(connack5 + publish5(1, "a"));
    pollfd wanted{subscriber.fd(), POLLIN, 0};
    REQUIRE(::poll(&wanted, 1, kPatienceMs) == 1);
    subscriber.read();
    CHECK_THROWS_AS(subscriber.read(), Error);
}

TEST_CASE("subscriber: a broker without MQTT 5 is spoken to in 3.1.1", "[mqtt]")
{
    Rig rig;
    rig.connect();
    rig.broker.send("\x20\x02\x00\x01"s); // 3.1.1's "unacceptable protocol version"
    rig.read();
    CHECK(rig.subscriber.version() == Version::v311);
    rig.broker.accept();
    rig.subscriber.write();
    CHECK(rig.broker.receive().substr(2, 7) == "\x00\x04MQTT\x04"s);
    rig.broker.send("\x20\x02\x01\x00"s);
    rig.read();
    CHECK(rig.subscriber.session_present() == true);
    rig.subscriber.write();
    rig.broker.receive();
    rig.broker.send(suback311);
    rig.read();
    CHECK(rig.subscriber.subscribed());
}

TEST_CASE("subscriber: a version that was asked for is not changed", "[mqtt]")
{
    SubscriberOptions options;
    options.version = Version::v5;
    Rig rig{options};
    rig.connect();
    rig.broker.send("\x20\x02\x00\x01"s);
    std::string text;
    CHECK(kind_of_failed_read(rig, text) == ErrorKind::transient);
    CHECK(text.find("refuses the connection") != std::string::npos);
}

TEST_CASE("subscriber: a session that was taken over is not fought for", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    rig.broker.send("\xe0\x02\x8e\x00"s);
    rig.broker.hang_up();
    std::string text;
    CHECK(kind_of_failed_read(rig, text) == ErrorKind::fatal);
    CHECK(text.find("taken over") != std::string::npos);
}

TEST_CASE("subscriber: a broker that is shutting down is one to come back to", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    rig.broker.send("\xe0\x02\x8b\x00"s);
    rig.broker.hang_up();
    std::string text;
    CHECK(kind_of_failed_read(rig, text) == ErrorKind::transient);
}

TEST_CASE("subscriber: a subscription that is refused or weakened is an error", "[mqtt]")
{
    Rig rig;
    rig.connect();
    rig.broker.send(connack5);
    rig.read();
    rig.subscriber.write();
    const char code = GENERATE('\x87', '\x00');
    rig.broker.send("\x90\x04\x00\x01\x00"s + code);
    std::string text;
    CHECK(kind_of_failed_read(rig, text) == ErrorKind::transient);
    CHECK(text.find(kFilter) != std::string::npos);
}

TEST_CASE("subscriber: a subscription that is not confirmed in time is an error", "[mqtt]")
{
    SubscriberOptions options;
    options.subscribe_timeout = tlm::milliseconds{0};
    Rig rig{options};
    rig.connect();
    CHECK_THROWS_AS(rig.subscriber.keep_alive(), Error);
}

TEST_CASE("subscriber: closing waits until the broker has read everything", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    rig.broker.send(publish5(1, "one"));
    rig.read();
    rig.subscriber.write();
    rig.broker.send(publish5(2, "two")); // not read: a plain close would reset the connection
    bool ended = false;
    std::string seen;
    std::thread broker_side([&] {
        for (std::string bytes = rig.broker.receive(); !bytes.empty();
             bytes = rig.broker.receive()) {
            seen += bytes;
        }
        rig.broker.hang_up();
    });
    ended = rig.subscriber.close(tlm::milliseconds{kPatienceMs});
    broker_side.join();
    CHECK(ended);
    CHECK(seen == "\x40\x02\x00\x01"s);
    CHECK_FALSE(rig.subscriber.connected());
}

TEST_CASE("subscriber: closing does not wait for ever", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    CHECK_FALSE(rig.subscriber.close(tlm::milliseconds{20}));
    CHECK_FALSE(rig.subscriber.connected());
}

TEST_CASE("subscriber: a broker that is not there is a transient error", "[mqtt]")
{
    Collector collector;
    SubscriberOptions options;
    {
        const Broker gone;
        options = Rig::with_defaults({}, gone.port);
    }
    Subscriber subscriber{options, collector};
    try {
        subscriber.connect();
        FAIL("connected to nobody");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::transient);
    }
}

TEST_CASE("subscriber: options that cannot work are refused", "[mqtt]")
{
    Collector collector;
    const auto refuse = [&](auto change) {
        SubscriberOptions options = Rig::with_defaults({}, 1);
        change(options);
        CHECK_THROWS_AS((Subscriber{options, collector}), Error);
    };
    refuse([](auto& o) { o.client_id.clear(); });
    refuse([](auto& o) { o.filters.clear(); });
    refuse([](auto& o) { o.session_expiry = std::chrono::seconds{0}; });
    refuse([](auto& o) { o.cert_file = "c.pem"; });
}

TEST_CASE("subscriber: a message's properties come as headers", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    const std::string binary = "\xff\x00"s;
    rig.broker.send(publish_with("\x01\x01"s + "\x02" + number(60, 4) + "\x03" +
                                 field("application/json") + "\x08" + field("answers/d") + "\x09" +
                                 field(binary) + "\x26" + field("unit") + field("K") + "\x26" +
                                 field("unit") + field("\xc3\xa9")));
    rig.read();
    CHECK(rig.collector.properties == std::vector<Header>{{"payload-format", "1"},
                                                          {"message-expiry", "60"},
                                                          {"content-type", "application/json"},
                                                          {"response-topic", "answers/d"},
                                                          {"correlation-data-b64", "/wA="},
                                                          {"user-unit", "K"},
                                                          {"user-unit", "\xc3\xa9"}});
    rig.broker.send(publish_with("\x09" + field("text")));
    rig.read();
    CHECK(rig.collector.properties == std::vector<Header>{{"correlation-data", "text"}});
    rig.broker.send(publish5(2, "none"));
    rig.read();
    CHECK(rig.collector.properties.empty());
    CHECK(rig.collector.properties_cut == 0);
}

TEST_CASE("subscriber: properties are bounded in number and size", "[mqtt]")
{
    Rig rig;
    rig.subscribe();
    std::string properties;
    for (int i = 0; i < 40; ++i) {
        properties += "\x26" + field("n") + field(std::to_string(i));
    }
    rig.broker.send(publish_with(properties));
    rig.read();
    CHECK(rig.collector.properties.size() == 32);
    CHECK(rig.collector.properties_cut == 8);

    const std::string large(8192 - sizeof "user-a" + 1, 'x');
    rig.broker.send(publish_with("\x26" + field("a") + field(large + "x") + "\x26" + field("a") +
                                 field(large) + "\x26" + field("a") + field("")));
    rig.read();
    CHECK(rig.collector.properties == std::vector<Header>{{"user-a", large}});
    CHECK(rig.collector.properties_cut == 2);
}

TEST_CASE("subscriber: which retained messages come is said with the subscription", "[mqtt]")
{
    SubscriberOptions options;
    char wanted = '\x11';
    SECTION("once") {}
    SECTION("never")
    {
        options.retained = Retained::never;
        wanted = '\x21';
    }
    SECTION("always")
    {
        options.retained = Retained::always;
        wanted = '\x01';
    }
    Rig rig{options};
    rig.connect();
    rig.broker.send(connack5);
    rig.read();
    rig.subscriber.write();
    const std::string sent = rig.broker.receive();
    const auto at = sent.find(kFilter);
    REQUIRE(at != std::string::npos);
    CHECK(sent.at(at + std::string{kFilter}.size()) == wanted);
}

TEST_CASE("subscriber: a broker that hangs up on a question is not asked it again", "[mqtt]")
{
    const bool answers = GENERATE(true, false);
    SubscriberOptions options;
    options.version = Version::v311;
    Rig rig{options};
    for (const bool asked : {true, answers}) {
        rig.connect();
        rig.broker.send("\x20\x02\x00\x00"s);
        rig.read();
        rig.subscriber.write();
        const bool found = rig.broker.receive().find("$SYS/") != std::string::npos;
        CHECK(found == asked);
        rig.broker.send(suback311 + (answers ? "\x90\x03\x00\x02\x80"s : ""));
        rig.read();
        CHECK(rig.subscriber.subscribed());
        rig.broker.hang_up();
        std::string text;
        CHECK(kind_of_failed_read(rig, text) == ErrorKind::transient);
    }
}
