// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/codec.hpp"

#include <bitset>
#include <stdexcept>

namespace tlm::mqtt {
namespace {

// Control packet types (section 2.2.1 in 3.1.1, 2.1.2 in 5.0).
constexpr unsigned kTypeConnect = 1;
constexpr unsigned kTypeConnAck = 2;
constexpr unsigned kTypePublish = 3;
constexpr unsigned kTypePubAck = 4;
constexpr unsigned kTypePubRec = 5;
constexpr unsigned kTypePubComp = 7;
constexpr unsigned kTypeSubAck = 9;
constexpr unsigned kTypePingResp = 13;
constexpr unsigned kTypeDisconnect = 14;

constexpr std::uint8_t kDupFlag = 0x08;
constexpr std::uint8_t kQosFlags = 0x06;
constexpr std::uint8_t kQosOne = 0x02;
constexpr unsigned kPubRel = 0x62;      // type 6 and the flags that the standard reserves for it
constexpr unsigned kSubscribe = 0x82;   // type 8, the same flags
constexpr unsigned kMoreFollows = 0x80; // of a variable byte integer

// Property identifiers (5.0, table 2-4), those a publisher acts on or writes.
constexpr std::uint8_t kSessionExpiry = 0x11;
constexpr std::uint8_t kAssignedClientId = 0x12;
constexpr std::uint8_t kServerKeepAlive = 0x13;
constexpr std::uint8_t kReasonString = 0x1F;
constexpr std::uint8_t kReceiveMaximum = 0x21;
constexpr std::uint8_t kMaximumQos = 0x24;
constexpr std::uint8_t kRetainAvailable = 0x25;
constexpr std::uint8_t kUserProperty = 0x26;
constexpr std::uint8_t kMaximumPacketSize = 0x27;

void put_byte(std::string& out, unsigned value)
{
    out.push_back(static_cast<char>(value));
}

void put_u16(std::string& out, unsigned value)
{
    put_byte(out, value >> 8U);
    put_byte(out, value & 0xFFU);
}

void put_u32(std::string& out, std::uint32_t value)
{
    put_u16(out, value >> 16U);
    put_u16(out, value & 0xFFFFU);
}

void put_string(std::string& out, std::string_view text)
{
    if (text.size() > kMaxString) {
        throw std::length_error("MQTT string longer than 65535 bytes");
    }
    put_u16(out, static_cast<unsigned>(text.size()));
    out.append(text);
}

/// Variable byte integer (section 2.2.3 in 3.1.1, 1.5.5 in 5.0): seven bits a byte, least first.
void put_length(std::string& out, std::size_t value)
{
    if (value > kMaxRemaining) {
        throw std::length_error("MQTT packet longer than 268435455 bytes");
    }
    do {
        const auto low = static_cast<unsigned>(value & 0x7FU);
        value >>= 7U;
        put_byte(out, low | (value > 0 ? 0x80U : 0U));
    } while (value > 0);
}

/// Takes values off the front of a packet's body. After the first that is not there, ok() stays
/// false and everything further is empty.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : m_bytes(bytes) {}

    [[nodiscard]] bool ok() const noexcept { return m_ok; }

    [[nodiscard]] bool empty() const noexcept { return m_bytes.empty(); }

    std::string_view take(std::size_t count) noexcept
    {
        if (m_bytes.size() < count) {
            m_ok = false;
            m_bytes = {};
            return {};
        }
        const auto taken = m_bytes.substr(0, count);
        m_bytes.remove_prefix(count);
        return taken;
    }

    std::uint8_t byte() noexcept
    {
        const auto taken = take(1);
        return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
    }

    std::uint16_t u16() noexcept
    {
        const auto high = byte();
        return static_cast<std::uint16_t>(high << 8U | byte());
    }

    std::uint32_t u32() noexcept
    {
        const auto high = u16();
        return static_cast<std::uint32_t>(high) << 16U | u16();
    }

    std::string_view string() noexcept { return take(u16()); }

    std::string_view rest() noexcept { return take(m_bytes.size()); }

    std::uint32_t length() noexcept
    {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 28; shift += 7) {
            const auto next = byte();
            value |= (next & 0x7FU) << shift;
            if ((next & 0x80U) == 0) {
                return value;
            }
        }
        m_ok = false;
        return 0;
    }

  private:
    std::string_view m_bytes;
    bool m_ok = true;
};

/// How the value of a property is written (5.0, table 2-4); none: not a property of the standard.
enum class Shape : std::uint8_t { none, byte, u16, u32, length, text, pair };

Shape shape_of(std::uint8_t id) noexcept
{
    switch (id) {
    case 0x01:
    case 0x17:
    case 0x19:
    case kMaximumQos:
    case kRetainAvailable:
    case 0x28:
    case 0x29:
    case 0x2A:
        return Shape::byte;
    case kServerKeepAlive:
    case kReceiveMaximum:
    case 0x22:
    case 0x23:
        return Shape::u16;
    case 0x02:
    case kSessionExpiry:
    case 0x18:
    case kMaximumPacketSize:
        return Shape::u32;
    case 0x0B:
        return Shape::length;
    case 0x03:
    case 0x08:
    case 0x09:
    case kAssignedClientId:
    case 0x15:
    case 0x16:
    case 0x1A:
    case 0x1C:
    case kReasonString:
        return Shape::text;
    case kUserProperty:
        return Shape::pair;
    default:
        return Shape::none;
    }
}

struct Property {
    std::uint8_t id = 0;
    std::uint32_t number = 0;
    std::string_view text;
};

/// Walks over a property list (5.0, section 2.2.2) and gives each property to `take`, which says
/// false for a value it cannot accept. False as well for a property that stands twice.
template <typename Take>
bool read_properties(Reader& packet, Take take)
{
    Reader list{packet.take(packet.length())};
    std::bitset<256> seen;
    while (packet.ok() && list.ok() && !list.empty()) {
        Property property;
        property.id = list.byte();
        switch (shape_of(property.id)) {
        case Shape::none:
            return false;
        case Shape::byte:
            property.number = list.byte();
            break;
        case Shape::u16:
            property.number = list.u16();
            break;
        case Shape::u32:
            property.number = list.u32();
            break;
        case Shape::length:
            property.number = list.length();
            break;
        case Shape::pair:
            (void)list.string();
            property.text = list.string();
            break;
        case Shape::text:
            property.text = list.string();
            break;
        }
        const bool twice = seen.test(property.id) && property.id != kUserProperty;
        if (twice || !list.ok() || !take(property)) {
            return false;
        }
        seen.set(property.id);
    }
    return packet.ok() && list.ok();
}

/// Property values that 5.0 section 3.2.2.3 calls a protocol error are refused here.
bool take_connack_property(ConnAck& packet, const Property& property)
{
    switch (property.id) {
    case kReceiveMaximum:
        packet.receive_maximum = static_cast<std::uint16_t>(property.number);
        return property.number > 0;
    case kMaximumQos:
        packet.maximum_qos = property.number == 0 ? Qos::at_most_once : Qos::at_least_once;
        return property.number <= 1;
    case kRetainAvailable:
        packet.retain_available = property.number != 0;
        return property.number <= 1;
    case kMaximumPacketSize:
        packet.maximum_packet_bytes = property.number;
        return property.number > 0;
    case kServerKeepAlive:
        packet.server_keep_alive_s = static_cast<std::uint16_t>(property.number);
        return true;
    case kAssignedClientId:
        packet.assigned_client_id = property.text;
        return true;
    case kReasonString:
        packet.reason_text = property.text;
        return true;
    default:
        return true;
    }
}

Incoming decode_connack(Version version, std::string_view body)
{
    Reader reader{body};
    ConnAck packet;
    const auto flags = reader.byte();
    packet.code = reader.byte();
    packet.session_present = (flags & 1U) != 0;
    bool good = reader.ok() && (flags & 0xFEU) == 0;
    if (version == Version::v5) {
        // An old broker that refuses the version answers without properties: let its code through.
        if (good && !reader.empty()) {
            good = read_properties(reader,
                                   [&](const auto& p) { return take_connack_property(packet, p); });
        }
    }
    if (!good || !reader.empty()) {
        return Malformed{"malformed CONNACK"};
    }
    return packet;
}

/// The tail that PUBACK and DISCONNECT share in 5.0: reason code and properties, both optional
/// (sections 3.4.2.1 and 3.14.2.1).
template <typename Packet>
bool read_reason(Reader& reader, Packet& packet)
{
    if (!reader.empty()) {
        packet.code = reader.byte();
    }
    if (!reader.empty()) {
        const bool good = read_properties(reader, [&](const auto& property) {
            if (property.id == kReasonString) {
                packet.reason_text = property.text;
            }
            return true;
        });
        return good && reader.empty();
    }
    return reader.ok();
}

Incoming decode_ack(Ack::Kind kind, Version version, std::string_view body)
{
    Reader reader{body};
    Ack packet;
    packet.kind = kind;
    packet.packet_id = reader.u16();
    const bool good = version == Version::v5 ? read_reason(reader, packet) : reader.empty();
    if (!reader.ok() || !good || packet.packet_id == 0) {
        return Malformed{"malformed acknowledgement"};
    }
    return packet;
}

Incoming decode_disconnect(Version version, std::string_view body)
{
    Reader reader{body};
    ServerDisconnect packet;
    if (version != Version::v5 || !read_reason(reader, packet)) {
        return Malformed{"malformed DISCONNECT"};
    }
    return packet;
}

/// Of what was subscribed to at QoS 1.
Incoming decode_publish(Version version, std::uint8_t first, std::string_view body)
{
    Reader reader{body};
    Delivery packet;
    packet.topic = reader.string();
    const bool with_id = (first & kQosFlags) != 0;
    packet.packet_id = with_id ? reader.u16() : std::uint16_t{0};
    const bool good = version != Version::v5 ||
                      read_properties(reader, [](const auto& /*property*/) { return true; });
    if (!good || !reader.ok() || packet.topic.empty() || (with_id && packet.packet_id == 0)) {
        return Malformed{"malformed PUBLISH"};
    }
    packet.payload = reader.rest();
    return packet;
}

Incoming decode_suback(Version version, std::string_view body)
{
    Reader reader{body};
    SubAck packet;
    packet.packet_id = reader.u16();
    const bool good = version != Version::v5 ||
                      read_properties(reader, [](const auto& /*property*/) { return true; });
    packet.code = reader.byte();
    if (!good || !reader.ok() || !reader.empty() || packet.packet_id == 0) {
        return Malformed{"malformed SUBACK"};
    }
    return packet;
}

/// Whether a packet to a publisher may begin with this byte. All types that it may get reserve
/// their flags as zero (table 2.2), so that a peer which speaks something else is told at once;
/// but for PUBLISH, which we ask for at QoS 1 at most.
bool may_be_sent(std::uint8_t first) noexcept
{
    const unsigned type = first >> 4U;
    if (type == kTypePublish) {
        return (first & kQosFlags) <= kQosOne;
    }
    return (first & 0x0FU) == 0 &&
           (type == kTypeConnAck || type == kTypePubAck || type == kTypePubRec ||
            type == kTypePubComp || type == kTypeSubAck || type == kTypePingResp ||
            type == kTypeDisconnect);
}

/// Section 3.1.2.3.
unsigned connect_flags(const Connect& packet)
{
    constexpr unsigned kUser = 0x80;
    constexpr unsigned kPassword = 0x40;
    constexpr unsigned kWillRetain = 0x20;
    constexpr unsigned kWill = 0x04;
    constexpr unsigned kCleanStart = 0x02;
    constexpr unsigned kWillQosShift = 3;
    unsigned flags = (packet.user ? kUser : 0U) | (packet.password ? kPassword : 0U) |
                     (packet.clean_start ? kCleanStart : 0U);
    if (packet.will) {
        flags |= kWill | (packet.will->retain ? kWillRetain : 0U) |
                 static_cast<unsigned>(packet.will->qos) << kWillQosShift;
    }
    return flags;
}

Incoming decode(Version version, std::uint8_t first, std::string_view body)
{
    switch (first >> 4U) {
    case kTypeConnAck:
        return decode_connack(version, body);
    case kTypePublish:
        return decode_publish(version, first, body);
    case kTypePubAck:
        return decode_ack(Ack::Kind::puback, version, body);
    case kTypePubRec:
        return decode_ack(Ack::Kind::pubrec, version, body);
    case kTypePubComp:
        return decode_ack(Ack::Kind::pubcomp, version, body);
    case kTypeSubAck:
        return decode_suback(version, body);
    case kTypePingResp:
        return body.empty() ? Incoming{PingResp{}} : Malformed{"malformed PINGRESP"};
    case kTypeDisconnect:
        return decode_disconnect(version, body);
    default:
        return Malformed{"not a packet that a broker sends to a publisher"};
    }
}

} // namespace

void encode(const Connect& packet, std::string& out)
{
    std::string body;
    put_string(body, "MQTT");
    put_byte(body, static_cast<unsigned>(packet.version));
    put_byte(body, connect_flags(packet));
    put_u16(body, packet.keep_alive_s);
    if (packet.version == Version::v5) {
        constexpr std::size_t kU32Property = 5;
        put_length(body, (packet.session_expiry_s > 0 ? kU32Property : 0) +
                             (packet.max_packet_bytes > 0 ? kU32Property : 0));
        if (packet.session_expiry_s > 0) {
            put_byte(body, kSessionExpiry);
            put_u32(body, packet.session_expiry_s);
        }
        if (packet.max_packet_bytes > 0) {
            put_byte(body, kMaximumPacketSize);
            put_u32(body, packet.max_packet_bytes);
        }
    }
    put_string(body, packet.client_id);
    if (packet.will) {
        if (packet.version == Version::v5) {
            put_byte(body, 0); // no properties of the will
        }
        put_string(body, packet.will->topic);
        put_string(body, packet.will->payload);
    }
    if (packet.user) {
        put_string(body, *packet.user);
    }
    if (packet.password) {
        put_string(body, *packet.password);
    }
    put_byte(out, kTypeConnect << 4U);
    put_length(out, body.size());
    out.append(body);
}

void encode(const Publish& packet, std::string& out)
{
    const bool with_id = packet.qos != Qos::at_most_once;
    const bool with_properties = packet.version == Version::v5;
    const std::size_t remaining = 2 + packet.topic.size() + (with_id ? 2 : 0) +
                                  (with_properties ? 1 : 0) + packet.payload.size();
    constexpr std::size_t kLongestHeader = 5;
    out.reserve(out.size() + kLongestHeader + remaining); // it may be kept for long
    put_byte(out, kTypePublish << 4U | static_cast<unsigned>(packet.qos) << 1U |
                      (packet.retain ? 1U : 0U));
    put_length(out, remaining);
    put_string(out, packet.topic);
    if (with_id) {
        put_u16(out, packet.packet_id);
    }
    if (with_properties) {
        put_byte(out, 0); // property length: none
    }
    out.append(packet.payload);
}

void encode(const Subscribe& packet, std::string& out)
{
    const bool with_properties = packet.version == Version::v5;
    put_byte(out, kSubscribe);
    put_length(out, 2 + (with_properties ? 1 : 0) + 2 + packet.filter.size() + 1);
    put_u16(out, packet.packet_id);
    if (with_properties) {
        put_byte(out, 0); // property length: none
    }
    put_string(out, packet.filter);
    put_byte(out, static_cast<unsigned>(Qos::at_least_once));
}

void set_dup(std::string& publish) noexcept
{
    publish.front() = static_cast<char>(static_cast<std::uint8_t>(publish.front()) | kDupFlag);
}

void encode_puback(std::uint16_t packet_id, std::string& out)
{
    put_byte(out, kTypePubAck << 4U);
    put_byte(out, 2);
    put_u16(out, packet_id);
}

void encode_pubrel(std::uint16_t packet_id, std::string& out)
{
    put_byte(out, kPubRel);
    put_byte(out, 2);
    put_u16(out, packet_id);
}

void set_packet_id(std::string& publish, std::uint16_t packet_id) noexcept
{
    std::size_t at = 1;
    while ((static_cast<std::uint8_t>(publish[at]) & kMoreFollows) != 0) {
        ++at; // the remaining length
    }
    ++at;
    const auto high = static_cast<std::uint8_t>(publish[at]);
    const auto low = static_cast<std::uint8_t>(publish[at + 1]);
    at += 2U + (static_cast<std::size_t>(high) << 8U | low); // the topic
    publish[at] = static_cast<char>(packet_id >> 8U);
    publish[at + 1] = static_cast<char>(packet_id & 0xFFU);
}

Incoming take_packet(Version version, std::string_view& bytes, std::size_t max_packet_bytes)
{
    if (bytes.size() < 2) {
        return {};
    }
    const auto first = static_cast<std::uint8_t>(bytes.front());
    if (!may_be_sent(first)) {
        return Malformed{"not a packet that a broker sends to a publisher"};
    }
    // Fixed header (section 2.2 in 3.1.1, 2.1 in 5.0): type and flags, then one to four bytes.
    std::size_t length = 0;
    std::size_t header = 1;
    for (unsigned shift = 0;; shift += 7) {
        if (shift == 28) {
            return Malformed{"malformed remaining length"};
        }
        if (header == bytes.size()) {
            return {};
        }
        const auto next = static_cast<std::uint8_t>(bytes[header]);
        ++header;
        length |= static_cast<std::size_t>(next & ~kMoreFollows) << shift;
        if ((next & kMoreFollows) == 0) {
            break;
        }
    }
    if (header + length > max_packet_bytes) {
        return Malformed{"packet larger than allowed"};
    }
    if (bytes.size() < header + length) {
        return {};
    }
    const auto body = bytes.substr(header, length);
    bytes.remove_prefix(header + length);
    return decode(version, first, body);
}

} // namespace tlm::mqtt
