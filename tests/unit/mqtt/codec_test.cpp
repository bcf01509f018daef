// SPDX-License-Identifier: Apache-2.0
// Expected bytes are written out by hand from the tables of the OASIS standards.
#include "common/mqtt/codec.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tlm::mqtt;
using namespace std::string_literals;

namespace {

template <typename Packet>
std::string encoded(const Packet& packet)
{
    std::string out;
    encode(packet, out);
    return out;
}

template <typename Packet>
Packet decoded(const std::string& bytes, Version version = Version::v5)
{
    std::string_view rest = bytes;
    const auto packet = take_packet(version, rest);
    REQUIRE(std::holds_alternative<Packet>(packet));
    CHECK(rest.empty());
    return std::get<Packet>(packet);
}

bool malformed(const std::string& bytes, Version version = Version::v5)
{
    std::string_view rest = bytes;
    return std::holds_alternative<Malformed>(take_packet(version, rest));
}

} // namespace

TEST_CASE("mqtt codec: CONNECT of 3.1.1", "[mqtt]")
{
    const Connect packet{.version = Version::v311, .client_id = "a1", .keep_alive_s = 60};
    CHECK(encoded(packet) == "\x10\x0E\x00\x04MQTT\x04\x02\x00\x3C\x00\x02"
                             "a1"s);
}

TEST_CASE("mqtt codec: CONNECT of 3.1.1 with user and password", "[mqtt]")
{
    const Connect packet{.version = Version::v311,
                         .client_id = "a1",
                         .clean_start = false,
                         .keep_alive_s = 0x0102,
                         .user = "u",
                         .password = "pw"};
    CHECK(encoded(packet) == "\x10\x15\x00\x04MQTT\x04\xC0\x01\x02\x00\x02"
                             "a1\x00\x01u\x00\x02pw"s);
}

TEST_CASE("mqtt codec: CONNECT of 5 has properties before the client id", "[mqtt]")
{
    Connect packet{.version = Version::v5, .client_id = "a1", .keep_alive_s = 60};
    CHECK(encoded(packet) == "\x10\x0F\x00\x04MQTT\x05\x02\x00\x3C\x00\x00\x02"
                             "a1"s);
    packet.max_packet_bytes = 65'536;
    CHECK(encoded(packet) == "\x10\x14\x00\x04MQTT\x05\x02\x00\x3C\x05\x27\x00\x01\x00\x00\x00\x02"
                             "a1"s);
}

TEST_CASE("mqtt codec: CONNECT with a will and a session that outlives it", "[mqtt]")
{
    Connect packet{.version = Version::v311, .client_id = "a1", .keep_alive_s = 60, .user = "u"};
    packet.will = Will{.topic = "w/t", .payload = "gone", .qos = Qos::exactly_once, .retain = true};
    CHECK(encoded(packet) == "\x10\x1C\x00\x04MQTT\x04\xB6\x00\x3C\x00\x02"
                             "a1\x00\x03w/t\x00\x04gone\x00\x01u"s);
    packet.version = Version::v5;
    packet.session_expiry_s = 3'600;
    packet.will->qos = Qos::at_least_once;
    packet.will->retain = false;
    CHECK(encoded(packet) == "\x10\x23\x00\x04MQTT\x05\x8E\x00\x3C\x05\x11\x00\x00\x0E\x10\x00\x02"
                             "a1\x00\x00\x03w/t\x00\x04gone\x00\x01u"s);
}

TEST_CASE("mqtt codec: a packet id is written into what is encoded", "[mqtt]")
{
    for (const std::size_t size : {1, 200, 20'000}) {
        const std::string payload(size, 'x');
        Publish packet{.qos = Qos::exactly_once, .topic = "a/b", .payload = payload};
        auto bytes = encoded(packet);
        CHECK(static_cast<unsigned char>(bytes.front()) == 0x34);
        set_packet_id(bytes, 0xABCD);
        packet.packet_id = 0xABCD;
        CHECK(bytes == encoded(packet));
    }
    std::string pubrel;
    encode_pubrel(0x1234, pubrel);
    CHECK(pubrel == "\x62\x02\x12\x34"s);
}

TEST_CASE("mqtt codec: PUBLISH at each QoS and version", "[mqtt]")
{
    Publish packet{.version = Version::v311, .packet_id = 0x1234, .topic = "a/b", .payload = "{}"};
    CHECK(encoded(packet) == "\x32\x09\x00\x03"
                             "a/b\x12\x34{}"s);
    packet.qos = Qos::at_most_once;
    packet.retain = true;
    CHECK(encoded(packet) == "\x31\x07\x00\x03"
                             "a/b{}"s);
    packet.version = Version::v5;
    CHECK(encoded(packet) == "\x31\x08\x00\x03"
                             "a/b\x00{}"s);
    packet.qos = Qos::at_least_once;
    auto bytes = encoded(packet);
    CHECK(bytes == "\x33\x0A\x00\x03"
                   "a/b\x12\x34\x00{}"s);
    set_dup(bytes);
    CHECK(bytes.front() == '\x3B');
}

TEST_CASE("mqtt codec: remaining length at the borders of its sizes", "[mqtt]")
{
    struct Border {
        std::size_t remaining;
        std::string bytes;
    };

    for (const auto& [remaining, bytes] :
         {Border{127, "\x7F"s}, Border{128, "\x80\x01"s}, Border{16'383, "\xFF\x7F"s},
          Border{16'384, "\x80\x80\x01"s}, Border{2'097'151, "\xFF\xFF\x7F"s},
          Border{2'097'152, "\x80\x80\x80\x01"s}}) {
        const std::string payload(remaining - 3, 'x');
        const Publish packet{
            .version = Version::v311, .qos = Qos::at_most_once, .topic = "t", .payload = payload};
        CHECK(encoded(packet).substr(1, bytes.size()) == bytes);
        CHECK(encoded(packet).size() == 1 + bytes.size() + remaining);
    }
}

TEST_CASE("mqtt codec: what cannot be written throws", "[mqtt]")
{
    const std::string too_long(kMaxString + 1, 'x');
    CHECK_THROWS_AS(encoded(Publish{.topic = too_long}), std::length_error);
    CHECK_THROWS_AS(encoded(Connect{.client_id = too_long}), std::length_error);
}

TEST_CASE("mqtt codec: CONNACK of 3.1.1", "[mqtt]")
{
    const auto accepted = decoded<ConnAck>("\x20\x02\x01\x00"s, Version::v311);
    CHECK(accepted.session_present);
    CHECK(accepted.code == 0);
    CHECK(accepted.receive_maximum == 65'535);
    const auto refused = decoded<ConnAck>("\x20\x02\x00\x05"s, Version::v311);
    CHECK(connack_text(Version::v311, refused.code) == "not authorized");
    CHECK_FALSE(worth_retrying(Version::v311, refused.code));
    CHECK(worth_retrying(Version::v311, 3));
}

TEST_CASE("mqtt codec: CONNACK of 5 with every property that limits a publisher", "[mqtt]")
{
    const auto packet = decoded<ConnAck>("\x20\x24\x00\x00\x21"
                                         "\x21\x00\x14"         // receive maximum 20
                                         "\x24\x00"             // maximum QoS 0
                                         "\x25\x00"             // no retain
                                         "\x27\x00\x00\x10\x00" // maximum packet 4096
                                         "\x12\x00\x02id"       // assigned client id
                                         "\x13\x00\x0A"         // server keep alive 10 s
                                         "\x22\x00\x05"         // topic alias maximum
                                         "\x1F\x00\x02ok"       // reason string
                                         "\x11\x00\x00\x00\x05"s);
    CHECK(packet.receive_maximum == 20);
    CHECK(packet.maximum_qos == Qos::at_most_once);
    CHECK_FALSE(packet.retain_available);
    CHECK(packet.maximum_packet_bytes == 4'096U);
    CHECK(packet.assigned_client_id == "id");
    CHECK(packet.server_keep_alive_s == std::uint16_t{10});
    CHECK(packet.reason_text == "ok");
}

TEST_CASE("mqtt codec: user properties may repeat, others may not", "[mqtt]")
{
    CHECK(decoded<ConnAck>("\x20\x11\x00\x00\x0E"
                           "\x26\x00\x01k\x00\x01v\x26\x00\x01k\x00\x01v"s)
              .code == 0);
    CHECK(malformed("\x20\x09\x00\x00\x06\x21\x00\x14\x21\x00\x14"s));
}

TEST_CASE("mqtt codec: a broker that does not know version 5 refuses in its own words", "[mqtt]")
{
    CHECK(decoded<ConnAck>("\x20\x02\x00\x01"s).code == 1);
}

TEST_CASE("mqtt codec: acknowledgements in each of their forms", "[mqtt]")
{
    CHECK(decoded<Ack>("\x40\x02\x12\x34"s, Version::v311).packet_id == 0x1234);
    CHECK(decoded<Ack>("\x40\x02\x12\x34"s).code == 0);
    CHECK(decoded<Ack>("\x40\x03\x12\x34\x10"s).code == 0x10);
    CHECK(decoded<Ack>("\x50\x02\0\1"s).kind == Ack::Kind::pubrec);
    CHECK(decoded<Ack>("\x70\x02\0\1"s, Version::v311).kind == Ack::Kind::pubcomp);
    const auto refused = decoded<Ack>("\x40\x09\x00\x01\x97\x05\x1F\x00\x02no"s);
    CHECK(refused.packet_id == 1);
    CHECK(reason_text(refused.code) == "quota exceeded");
    CHECK(refused.reason_text == "no");
}

TEST_CASE("mqtt codec: PINGRESP and DISCONNECT", "[mqtt]")
{
    (void)decoded<PingResp>("\xD0\x00"s);
    CHECK(decoded<ServerDisconnect>("\xE0\x00"s).code == 0);
    const auto gone = decoded<ServerDisconnect>("\xE0\x01\x8E"s);
    CHECK(reason_text(gone.code) == "session taken over");
}

TEST_CASE("mqtt codec: packets may arrive in any pieces", "[mqtt]")
{
    const auto bytes = "\x20\x03\x00\x00\x00\x40\x02\x00\x01\x40\x04\x00\x02\x00\x00\xD0\x00"s;
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        std::vector<std::size_t> kinds;
        std::size_t taken = 0;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            auto arrived = std::string_view{bytes}.substr(taken, at + piece - taken);
            const auto before = arrived.size();
            for (auto packet = take_packet(Version::v5, arrived); packet.index() != 0;
                 packet = take_packet(Version::v5, arrived)) {
                kinds.push_back(packet.index());
            }
            taken += before - arrived.size();
        }
        CHECK(kinds == std::vector<std::size_t>{1, 2, 2, 5});
    }
}

TEST_CASE("mqtt codec: what a broker may not send is malformed", "[mqtt]")
{
    CHECK(malformed("\x20\xFF\xFF\xFF\xFF\x01"s));            // length of five bytes
    CHECK(malformed("\x20\x01\x00"s));                        // CONNACK cut short
    CHECK(malformed("\x20\x03\x02\x00\x00"s));                // reserved acknowledge flags
    CHECK(malformed("\x20\x03\x00\x00\x00"s, Version::v311)); // properties in 3.1.1
    CHECK(malformed("\x20\x04\x00\x00\x01\xFF"s));            // unknown property
    CHECK(malformed("\x20\x06\x00\x00\x03\x21\x00\x00"s));    // receive maximum 0
    CHECK(malformed("\x20\x06\x00\x00\x03\x1F\x00\x09"s));    // string past the end
    CHECK(malformed("\x20\x04\x00\x00\x05\x21"s));            // list past the end
    CHECK(malformed("\x40\x02\x00\x00"s));                    // packet id 0
    CHECK(malformed("\x40\x01\x00"s));                        // half a packet id
    CHECK(malformed("\x40\x03\x00\x01\x00"s, Version::v311)); // reason code in 3.1.1
    CHECK(malformed("\x41\x02\x00\x01"s));                    // reserved flags
    CHECK(malformed("\xD0\x01\x00"s));                        // PINGRESP with a body
    CHECK(malformed("\xE0\x00"s, Version::v311));             // DISCONNECT in 3.1.1
    CHECK(malformed("\x34\x06\x00\x01t\x00\x07\x00"s));       // PUBLISH at QoS 2: not asked for
    CHECK(malformed("\x36\x06\x00\x01t\x00\x07\x00"s));       // or beyond
    CHECK(malformed("\x32\x06\x00\x01t\x00\x00\x00"s));       // without its packet id
    CHECK(malformed("\x30\x03\x00\x01t"s));                   // without properties
    CHECK(malformed("\x30\x03\x00\x00\x00"s));                // without a topic
    CHECK(malformed("\x90\x04\x00\x01\x00\x01\x00"s.substr(0, 6), Version::v311)); // SUBACK of two
    CHECK(malformed("\x00\x00"s));                                                 // reserved type
    CHECK(malformed("HTTP/1.1 400 Bad Request\r\n"s));
}

TEST_CASE("mqtt codec: a packet beyond the bound is refused by its header alone", "[mqtt]")
{
    std::string_view bytes = "\x40\x7F";
    CHECK(std::holds_alternative<Malformed>(take_packet(Version::v5, bytes, 100)));
}

TEST_CASE("mqtt codec: garbage never crashes and every byte is accounted for", "[mqtt]")
{
    std::mt19937 random{20260101}; // NOLINT(cert-msc51-cpp): the same bytes on every run
    const auto header_types = "\x20\x30\x32\x40\x50\x70\x90\xD0\xE0"s;
    std::size_t packets = 0;
    std::size_t failures = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto version = round % 2 == 0 ? Version::v5 : Version::v311;
        std::string bytes;
        bytes.push_back(header_types[random() % header_types.size()]);
        bytes.push_back(static_cast<char>(random() % 24));
        for (auto i = random() % 40; i > 0; --i) {
            bytes.push_back(static_cast<char>(random() % 4 == 0 ? random() % 256 : random() % 4));
        }
        std::string_view rest = bytes;
        for (std::size_t step = 0; step <= bytes.size(); ++step) {
            const auto packet = take_packet(version, rest, 256);
            if (packet.index() == 0) {
                break;
            }
            std::holds_alternative<Malformed>(packet) ? ++failures : ++packets;
            if (std::holds_alternative<Malformed>(packet)) {
                break;
            }
        }
    }
    CHECK(packets > 500); // the generator does reach the accepting paths
    CHECK(failures > 500);
}

TEST_CASE("mqtt codec: SUBSCRIBE to one filter and its SUBACK", "[mqtt]")
{
    CHECK(encoded(Subscribe{.filter = "a/b"}) == "\x82\x09\x00\x01\x00\x00\x03"
                                                 "a/b\x01"s);
    CHECK(encoded(Subscribe{.version = Version::v311, .packet_id = 0x0102, .filter = "a"}) ==
          "\x82\x06\x01\x02\x00\x01"
          "a\x01"s);
    CHECK(decoded<SubAck>("\x90\x04\x00\x01\x00\x87"s).code == 0x87);
    CHECK(decoded<SubAck>("\x90\x03\x00\x01\x01"s, Version::v311).packet_id == 1);
}

TEST_CASE("mqtt codec: PUBLISH from the broker, and its PUBACK", "[mqtt]")
{
    const auto plain = "\x30\x06\x00\x01t\x00xy"s;
    CHECK(decoded<Delivery>(plain).topic == "t");
    CHECK(decoded<Delivery>(plain).payload == "xy");
    CHECK(decoded<Delivery>(plain).packet_id == 0);
    const auto again = "\x3B\x08\x00\x01t\x01\x02\x02\x01\x01"s; // DUP, retained, payload is text
    CHECK(decoded<Delivery>(again).packet_id == 0x0102);
    CHECK(decoded<Delivery>(again).payload.empty());
    CHECK(decoded<Delivery>("\x32\x06\x00\x01t\x00\x07x"s, Version::v311).payload == "x");
    std::string out;
    encode_puback(0x0102, out);
    CHECK(out == "\x40\x02\x01\x02"s);
}
