// SPDX-License-Identifier: Apache-2.0
// The bytes of MQTT 3.1.1 and 5 as a publishing client writes and reads them, which may also hear
// what is said to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tlm::mqtt {

/// Protocol version; the value is the protocol level byte of CONNECT (OASIS MQTT 3.1.1 and 5.0,
/// section 3.1.2.2).
enum class Version : std::uint8_t { v311 = 4, v5 = 5 };

enum class Qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

/// Largest remaining length of a packet, in bytes (section 2.2.3 in 3.1.1, 1.5.5 in 5.0).
inline constexpr std::size_t kMaxRemaining = 268'435'455;

/// Longest topic, client id, user name or password, in bytes (section 1.5.3 in 3.1.1, 1.5.4 in 5).
inline constexpr std::size_t kMaxString = 65'535;

/// What the broker publishes when a connection ends without a DISCONNECT (section 3.1.2.5).
struct Will {
    std::string_view topic = {};
    std::string_view payload = {};
    Qos qos = Qos::at_most_once;
    bool retain = false;
};

/// CONNECT (section 3.1).
struct Connect {
    Version version = Version::v5;
    std::string_view client_id = {};
    bool clean_start = true;         ///< called Clean Session in 3.1.1
    std::uint16_t keep_alive_s = 30; ///< 0 switches it off
    std::optional<std::string_view> user = std::nullopt;
    std::optional<std::string_view> password = std::nullopt;
    std::uint32_t max_packet_bytes = 0; ///< the largest packet we take; 0 says nothing; 5 only
    std::uint32_t session_expiry_s = 0; ///< how long the session outlives the connection; 5 only
    std::optional<Will> will = std::nullopt;
};

/// PUBLISH (section 3.3).
struct Publish {
    Version version = Version::v5;
    Qos qos = Qos::at_least_once;
    bool retain = false;
    std::uint16_t packet_id = 0; ///< 1 to 65535 at QoS 1 and 2; not written at QoS 0
    std::string_view topic = {};
    std::string_view payload = {};
};

/// SUBSCRIBE to one filter, at QoS 1 (section 3.8).
struct Subscribe {
    Version version = Version::v5;
    std::uint16_t packet_id = 1; ///< not 0
    std::string_view filter = {};
};

/// Appends the packet to `out`. Strings must not exceed kMaxString, the packet not kMaxRemaining:
/// the caller checks these once, where they come from; beyond them std::length_error is thrown.
void encode(const Connect& packet, std::string& out);
void encode(const Publish& packet, std::string& out);
void encode(const Subscribe& packet, std::string& out);

/// PUBACK with "success" (section 3.4): a message that came at QoS 1 is taken.
void encode_puback(std::uint16_t packet_id, std::string& out);

/// PUBREL with "success" (section 3.6): the second half of a publication at QoS 2.
void encode_pubrel(std::uint16_t packet_id, std::string& out);

/// Gives an encoded PUBLISH of QoS 1 or 2 its packet id.
void set_packet_id(std::string& publish, std::uint16_t packet_id) noexcept;

/// PINGREQ (section 3.12), whole.
inline constexpr std::string_view kPingreq{"\xC0\x00", 2};

/// DISCONNECT with "normal disconnection" (section 3.14), whole; the same in both versions.
inline constexpr std::string_view kDisconnect{"\xE0\x00", 2};

/// DISCONNECT of version 5 that also ends the session (session expiry interval 0), whole.
inline constexpr std::string_view kDisconnectForGood{"\xE0\x07\x00\x05\x11\0\0\0\0", 9};

/// DISCONNECT of version 5 that has the broker publish the will all the same, whole.
inline constexpr std::string_view kDisconnectWithWill{"\xE0\x01\x04", 3};

/// Sets the DUP flag of an encoded PUBLISH (section 3.3.1.1): it may have been delivered before.
void set_dup(std::string& publish) noexcept;

/// What a CONNACK says (section 3.2). Limits that the broker did not state have the standard's
/// defaults. Text comes as the broker sent it: do not print it unescaped.
struct ConnAck {
    bool session_present = false;
    std::uint8_t code = 0; ///< return code (3.1.1) or reason code (5); 0 is success
    std::uint16_t receive_maximum = 65'535;
    Qos maximum_qos = Qos::exactly_once;
    bool retain_available = true;
    std::optional<std::uint32_t> maximum_packet_bytes;
    std::optional<std::uint16_t> server_keep_alive_s;
    std::string assigned_client_id;
    std::string reason_text;
};

/// PUBACK, PUBREC or PUBCOMP (sections 3.4, 3.5 and 3.7). 3.1.1 knows no code but success.
struct Ack {
    enum class Kind : std::uint8_t { puback, pubrec, pubcomp };

    Kind kind = Kind::puback;
    std::uint16_t packet_id = 0;
    std::uint8_t code = 0;
    std::string reason_text;
};

/// SUBACK of one filter (section 3.9). Codes from 0x80 on: the broker refuses it.
struct SubAck {
    std::uint16_t packet_id = 0;
    std::uint8_t code = 0;
};

/// PUBLISH from the broker, at QoS 0 or 1 (section 3.3). Views into the bytes that were taken.
struct Delivery {
    std::string_view topic;
    std::string_view payload;
    std::uint16_t packet_id = 0; ///< 0 at QoS 0: no acknowledgement is due
};

/// PINGRESP (section 3.13).
struct PingResp {};

/// DISCONNECT from the broker (section 3.14, version 5 only).
struct ServerDisconnect {
    std::uint8_t code = 0;
    std::string reason_text;
};

/// The bytes are not MQTT that a broker may send to a publisher: close the connection.
struct Malformed {
    std::string_view text; ///< static
};

/// std::monostate: no whole packet is there yet.
using Incoming = std::variant<std::monostate, ConnAck, Ack, SubAck, Delivery, PingResp,
                              ServerDisconnect, Malformed>;

/// The largest packet that a publisher takes, unless told otherwise.
inline constexpr std::size_t kMaxPacketBytes = 64UL * 1024;

/// Takes the first packet off `bytes`, which a broker has sent. Nothing is taken while it is not
/// whole; a packet beyond `max_packet_bytes` is Malformed as soon as its length is known, so that
/// the caller never keeps more. After Malformed close the connection. Any input is answered with a
/// value; nothing throws but a lack of memory.
[[nodiscard]] Incoming take_packet(Version version, std::string_view& bytes,
                                   std::size_t max_packet_bytes = kMaxPacketBytes);

/// What a CONNACK code means, in the standard's words (3.1.1 table 3.1, 5.0 section 2.4). A broker
/// that does not know version 5 answers as 3.1.1 has it.
[[nodiscard]] std::string_view connack_text(Version version, std::uint8_t code) noexcept;

/// True when a CONNACK code says that the broker does not speak this version.
[[nodiscard]] bool refuses_version(Version version, std::uint8_t connack_code) noexcept;

/// What a reason code of version 5 means, in the standard's words (section 2.4).
[[nodiscard]] std::string_view reason_text(std::uint8_t code) noexcept;

/// True when a refused connection may be accepted later without anybody acting: the broker is
/// busy, shutting down or over a quota.
[[nodiscard]] bool worth_retrying(Version version, std::uint8_t connack_code) noexcept;

} // namespace tlm::mqtt
