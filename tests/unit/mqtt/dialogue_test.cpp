// SPDX-License-Identifier: Apache-2.0
// Bytes in, bytes out: what a connection says at each QoS, and after it was cut.
#include "common/mqtt/dialogue.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::mqtt;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// A dialogue with what it needs around it; bytes are those of one message "t" at QoS 1 or 2.
struct Talk {
    explicit Talk(Qos qos, Version version = Version::v5)
    {
        terms.qos = qos;
        terms.version = version;
    }

    Dialogue::Context context() { return {terms, pool, stats, receipts, out, Monotonic{} + 7s}; }

    Dialogue::Heard hear(std::string_view bytes)
    {
        auto heard = Dialogue::Heard::nothing;
        auto around = context();
        while (!bytes.empty()) {
            heard = dialogue.hear(take_packet(terms.version, bytes), around, end);
        }
        return heard;
    }

    void connect(bool session_present = false)
    {
        const auto present = session_present ? '\1' : '\0';
        const auto connack = terms.version == Version::v5
                                 ? std::string{"\x20\x03", 2} + present + "\0\0"s
                                 : std::string{"\x20\x02", 2} + present + "\0"s;
        REQUIRE(hear(connack) == Dialogue::Heard::connected);
    }

    void publish(std::string_view payload)
    {
        const auto index = pool.take();
        auto& held = pool[index];
        held.device = static_cast<std::uint32_t>(payload.size());
        held.intended = std::chrono::nanoseconds{payload.front()};
        encode(Publish{.version = terms.version,
                       .qos = dialogue.qos(terms),
                       .topic = "t",
                       .payload = payload},
               held.packet);
        pool.hold(index);
        dialogue.add(pool, index);
    }

    /// What is said from now on until nothing is left to say.
    std::string said()
    {
        auto around = context();
        dialogue.speak(around, 1'000'000);
        return std::exchange(out, {});
    }

    Terms terms;
    MessagePool pool{1'000, 1'000'000};
    PublisherStats stats;
    std::vector<Receipt> receipts;
    std::string out;
    Dialogue dialogue;
    Dialogue::End end;
};

std::string packet(char first, char id, const std::string& payload)
{
    return std::string{first, static_cast<char>(6 + payload.size()), 0, 1, 't', 0, id, 0} + payload;
}

std::string ack(char type, char id)
{
    return {type, 2, 0, id};
}

constexpr char kPubAck = 0x40;
constexpr char kPubRec = 0x50;
constexpr char kPubRel = 0x62;
constexpr char kPubComp = 0x70;

} // namespace

TEST_CASE("dialogue: QoS 1 confirms what was acknowledged, in any order", "[mqtt]")
{
    Talk talk{Qos::at_least_once};
    talk.publish("a");
    CHECK(talk.said().empty()); // not before CONNACK
    talk.connect();
    talk.publish("bb");
    CHECK(talk.said() == packet(0x32, 1, "a") + packet(0x32, 2, "bb"));
    talk.hear(ack(kPubAck, 2) + ack(kPubAck, 2) + ack(kPubAck, 9));
    REQUIRE(talk.receipts.size() == 1);
    CHECK(talk.receipts[0].device == 2);
    CHECK(talk.receipts[0].intended == std::chrono::nanoseconds{'b'});
    CHECK(talk.receipts[0].at == Monotonic{} + 7s);
    CHECK(talk.pool.size() == 2); // behind one that is not answered
    talk.hear(ack(kPubAck, 1));
    CHECK(talk.pool.size() == 0);
    CHECK(talk.pool.bytes() == 0);
    CHECK(talk.stats.confirmed == 2);
}

TEST_CASE("dialogue: what was not answered is said again, in order and marked", "[mqtt]")
{
    Talk talk{Qos::at_least_once};
    talk.connect();
    for (const auto* text : {"a", "b", "c"}) {
        talk.publish(text);
    }
    (void)talk.said();
    talk.hear(ack(kPubAck, 2));
    talk.dialogue.interrupted(talk.pool, talk.stats);
    talk.publish("d");
    CHECK(talk.said().empty());
    talk.connect();
    CHECK(talk.said() == packet(0x3A, 1, "a") + packet(0x3A, 3, "c") + packet(0x32, 4, "d"));
    CHECK(talk.stats.resent == 2);
    talk.hear(ack(kPubAck, 1) + ack(kPubAck, 3) + ack(kPubAck, 4));
    CHECK(talk.stats.confirmed == 4);
    CHECK(talk.pool.size() == 0);
}

TEST_CASE("dialogue: a broker of another version is told by name, with what to do", "[mqtt]")
{
    Talk talk{Qos::at_least_once};
    CHECK(talk.hear("\x20\x02\0\1"s) == Dialogue::Heard::over); // as 3.1.1 says it
    CHECK(talk.end.for_good);
    CHECK(talk.end.why == "refused: unacceptable protocol version: the broker does not speak MQTT "
                          "5, try --mqtt-version 3.1.1");
    CHECK(talk.hear("\x20\x03\0\x84\0"s) == Dialogue::Heard::over);
    CHECK(talk.end.why ==
          "refused: unsupported protocol version: the broker does not speak MQTT 5, "
          "try --mqtt-version 3.1.1");
    talk.terms.version = Version::v311;
    CHECK(talk.hear("\x20\x02\0\1"s) == Dialogue::Heard::over);
    CHECK(talk.end.why.ends_with("try --mqtt-version 5"));
    CHECK(talk.hear("\x20\x02\0\5"s) == Dialogue::Heard::over);
    CHECK(talk.end.why == "refused: not authorized");
}

TEST_CASE("dialogue: a refused message is counted, and not confirmed", "[mqtt]")
{
    Talk talk{Qos::at_least_once};
    talk.connect();
    talk.publish("a");
    (void)talk.said();
    talk.hear("\x40\x03\0\1\x97"s); // quota exceeded
    CHECK(talk.stats.refused == 1);
    CHECK(talk.stats.last_refusal == 0x97);
    CHECK(talk.receipts.empty());
    CHECK(talk.pool.size() == 0);
}

TEST_CASE("dialogue: the window is the smaller of ours and the broker's", "[mqtt]")
{
    Talk talk{Qos::at_least_once};
    talk.terms.window = 3;
    REQUIRE(talk.hear("\x20\x06\0\0\x03\x21\0\2"s) == Dialogue::Heard::connected);
    for (int i = 0; i < 5; ++i) {
        talk.publish("x");
    }
    CHECK(talk.said() == packet(0x32, 1, "x") + packet(0x32, 2, "x"));
    CHECK_FALSE(talk.dialogue.has_more(talk.terms));
    talk.hear(ack(kPubAck, 1));
    CHECK(talk.said() == packet(0x32, 3, "x"));
}

TEST_CASE("dialogue: packet ids start over after 65535", "[mqtt]")
{
    Talk talk{Qos::at_least_once};
    talk.connect();
    for (int i = 1; i <= 65'536 + 3; ++i) {
        talk.publish("x");
        CHECK(talk.said().size() == 9);
        const auto id = static_cast<std::uint16_t>((i - 1) % 65'535 + 1);
        talk.hear(
            std::string{'\x40', 2, static_cast<char>(id >> 8U), static_cast<char>(id & 0xFFU)});
        if (talk.pool.size() != 0) {
            FAIL("message " << i << " is not confirmed");
        }
    }
}

TEST_CASE("dialogue: QoS 0 is confirmed when it is said", "[mqtt]")
{
    Talk talk{Qos::at_most_once, Version::v311};
    talk.connect();
    talk.publish("x");
    CHECK(talk.said() == "\x30\x04\0\1tx"s);
    CHECK(talk.receipts.size() == 1);
    CHECK(talk.pool.size() == 0);
}

TEST_CASE("dialogue: QoS 2 is confirmed by PUBCOMP", "[mqtt]")
{
    Talk talk{Qos::exactly_once};
    talk.connect();
    talk.publish("a");
    talk.publish("b");
    CHECK(talk.said() == packet(0x34, 1, "a") + packet(0x34, 2, "b"));
    talk.hear(ack(kPubAck, 1));  // not the answer to QoS 2
    talk.hear(ack(kPubComp, 1)); // too early
    CHECK(talk.receipts.empty());
    talk.hear(ack(kPubRec, 1) + ack(kPubRec, 2));
    CHECK(talk.said() == ack(kPubRel, 1) + ack(kPubRel, 2));
    CHECK(talk.receipts.empty());
    talk.hear(ack(kPubComp, 1) + ack(kPubComp, 2));
    CHECK(talk.receipts.size() == 2);
    CHECK(talk.pool.size() == 0);
}

TEST_CASE("dialogue: QoS 2 goes on where the session was", "[mqtt]")
{
    Talk talk{Qos::exactly_once};
    CHECK_FALSE(talk.dialogue.clean_start(talk.terms));
    talk.connect();
    CHECK_FALSE(talk.dialogue.clean_start(talk.terms));
    talk.publish("a");
    talk.publish("b");
    (void)talk.said();
    talk.hear(ack(kPubRec, 1));
    (void)talk.said();
    talk.dialogue.interrupted(talk.pool, talk.stats);
    talk.connect(true);
    CHECK(talk.said() == ack(kPubRel, 1) + packet(0x3C, 2, "b"));
    talk.hear("\x70\x03\0\1\x92"s); // PUBCOMP, packet identifier not found: it was done already
    talk.hear(ack(kPubRec, 2) + ack(kPubComp, 2));
    CHECK(talk.stats.confirmed == 2);
    CHECK(talk.stats.refused == 0);
    CHECK(talk.stats.in_doubt == 0);
}

TEST_CASE("dialogue: at QoS 2 a broker that forgot gets everything again, in doubt", "[mqtt]")
{
    Talk talk{Qos::exactly_once};
    talk.connect();
    talk.publish("a");
    (void)talk.said();
    talk.hear(ack(kPubRec, 1));
    (void)talk.said();
    talk.dialogue.interrupted(talk.pool, talk.stats);
    talk.connect(false);
    CHECK(talk.said() == packet(0x3C, 1, "a"));
    CHECK(talk.stats.in_doubt == 1);
}

TEST_CASE("dialogue: at QoS 2 the session of an earlier run is removed first", "[mqtt]")
{
    const auto present = GENERATE(false, true); // what begins clean may outlive its connection
    Talk talk{Qos::exactly_once, Version::v311};
    CHECK_FALSE(talk.dialogue.clean_start(talk.terms));
    CHECK(talk.hear("\x20\x02\1\0"s) == Dialogue::Heard::fresh_start);
    talk.dialogue.interrupted(talk.pool, talk.stats);
    CHECK(talk.dialogue.clean_start(talk.terms));
    CHECK(talk.hear("\x20\x02\0\0"s) == Dialogue::Heard::fresh_start);
    talk.dialogue.interrupted(talk.pool, talk.stats);
    CHECK_FALSE(talk.dialogue.clean_start(talk.terms));
    talk.connect(present);
    CHECK(talk.dialogue.ready());
    CHECK(talk.stats.in_doubt == 0);
}

TEST_CASE("dialogue: a broker that refuses, and whether it is worth trying again", "[mqtt]")
{
    struct Case {
        std::string bytes;
        std::string why;
        bool for_good;
    };

    const std::vector<Case> cases{
        {"\x20\x03\0\x89\0"s, "refused: server busy", false},
        {"\x20\x03\0\x86\0"s, "refused: bad user name or password", true},
        {"\x20\x05\0\0\2\x24\0"s, "the broker takes QoS 0 at most", true},
        {"\x40\x02\0\1"s, "a packet before CONNACK", false},
        {"\xE0\x01\x8E"s, "the broker says: session taken over", true},
        {"\xE0\x01\x8B"s, "the broker says: server shutting down", false},
        {"HTTP/1.1"s, "not a packet that a broker sends to a publisher", false},
    };
    for (const auto& [bytes, why, for_good] : cases) {
        Talk talk{Qos::at_least_once};
        auto around = talk.context();
        std::string_view rest = bytes;
        CHECK(talk.dialogue.hear(take_packet(Version::v5, rest), around, talk.end) ==
              Dialogue::Heard::over);
        CHECK(talk.end.why == why);
        CHECK(talk.end.for_good == for_good);
    }
}

TEST_CASE("dialogue: many at QoS 2, answered as brokers do", "[mqtt]")
{
    Talk talk{Qos::exactly_once};
    talk.terms.window = 200;
    talk.connect();
    for (int i = 0; i < 1'000; ++i) {
        talk.publish("x");
    }
    for (int round = 0; round < 5; ++round) {
        (void)talk.said();
        std::string recs;
        std::string comps;
        for (int i = 1; i <= 200; ++i) {
            const auto id = static_cast<std::uint16_t>(round * 200 + i);
            const auto high = static_cast<char>(id >> 8U);
            const auto low = static_cast<char>(id & 0xFFU);
            recs += {kPubRec, 2, high, low};
            comps += {kPubComp, 2, high, low};
        }
        talk.hear(recs);
        talk.hear(comps);
    }
    CHECK(talk.receipts.size() == 1'000);
    CHECK(talk.pool.size() == 0);
}

TEST_CASE("message pool: slots are used again and bounds are kept", "[mqtt]")
{
    MessagePool pool{2, 100};
    const auto first = pool.take();
    pool[first].packet.assign(60, 'x');
    pool.hold(first);
    CHECK(pool.has_room());
    const auto second = pool.take();
    CHECK_FALSE(pool.has_room());
    pool.release(first);
    CHECK(pool.has_room());
    CHECK(pool.bytes() == 0);
    CHECK(pool.take() == first);
    pool.release(second);
    pool[first].packet.assign(100, 'x');
    pool.hold(first);
    CHECK_FALSE(pool.has_room());
}

TEST_CASE("dialogue: a live one speaks at QoS 0 and forgets what it did not say", "[mqtt]")
{
    for (const auto qos : {Qos::at_least_once, Qos::exactly_once}) {
        Talk talk{qos};
        talk.dialogue.set_live(true);
        CHECK(talk.dialogue.clean_start(talk.terms));
        CHECK_FALSE(talk.dialogue.durable(talk.terms));
        talk.connect();
        talk.publish("a");
        CHECK(talk.said() == "\x30\x05\0\1t\0a"s);
        CHECK(talk.stats.confirmed == 1);
        talk.publish("b");
        talk.publish("c");
        talk.dialogue.interrupted(talk.pool, talk.stats);
        CHECK(talk.stats.forgotten == 2);
        CHECK(talk.pool.size() == 0);
        talk.connect();
        CHECK(talk.said().empty());
        talk.publish("d");
        CHECK(talk.said() == "\x30\x05\0\1t\0d"s);
    }
}

TEST_CASE("dialogue: what is said to it is acknowledged, and only a live one hears it", "[mqtt]")
{
    const auto delivery = "\x32\x07\0\1t\0\x09\0x"s;
    Talk talk{Qos::at_least_once};
    talk.dialogue.set_live(true);
    talk.connect();
    CHECK(talk.hear("\x90\x04\0\1\0\1"s) == Dialogue::Heard::subscribed);
    CHECK(talk.hear(delivery) == Dialogue::Heard::delivery);
    CHECK(talk.said() == ack(kPubAck, 9));
    CHECK(talk.hear("\x30\x05\0\1t\0x"s) == Dialogue::Heard::delivery);
    CHECK(talk.said().empty());

    Talk other{Qos::at_least_once};
    other.connect();
    CHECK(other.hear(delivery) == Dialogue::Heard::over);
    CHECK(other.end.why == "a packet that nobody asked for");
}
