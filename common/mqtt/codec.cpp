// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/codec.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <stdexcept>

namespace tlm::mqtt {
namespace {

// Control packet types (section 2.2.1 in 3.1.1, 2.1.2 in 5.0).
constexpr unsigned kTypeConnect = 1;
constexpr unsigned kTypeConnAck = 2;
constexpr unsigned kTypePublish = 3;
constexpr unsigned kTypePubAck = 4;
constexpr unsigned kTypePingResp = 13;
constexpr unsigned kTypeDisconnect = 14;

constexpr std::uint8_t kDupFlag = 0x08;

// Property identifiers (5.0, table 2-4), those a publisher acts on or writes.
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
    case 0x11:
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

Incoming decode_puback(Version version, std::string_view body)
{
    Reader reader{body};
    PubAck packet;
    packet.packet_id = reader.u16();
    const bool good = version == Version::v5 ? read_reason(reader, packet) : reader.empty();
    if (!reader.ok() || !good || packet.packet_id == 0) {
        return Malformed{"malformed PUBACK"};
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

/// Whether a packet to a publisher may begin with this byte. All types that it may get reserve
/// their flags as zero (table 2.2), so that a peer which speaks something else is told at once.
bool may_be_sent(std::uint8_t first) noexcept
{
    const unsigned type = first >> 4U;
    return (first & 0x0FU) == 0 && (type == kTypeConnAck || type == kTypePubAck ||
                                    type == kTypePingResp || type == kTypeDisconnect);
}

struct Reason {
    std::uint8_t code;
    std::string_view text;
};

constexpr std::array kReasons{
    Reason{0x00, "success"},
    Reason{0x04, "disconnect with will message"},
    Reason{0x10, "no matching subscribers"},
    Reason{0x80, "unspecified error"},
    Reason{0x81, "malformed packet"},
    Reason{0x82, "protocol error"},
    Reason{0x83, "implementation specific error"},
    Reason{0x84, "unsupported protocol version"},
    Reason{0x85, "client identifier not valid"},
    Reason{0x86, "bad user name or password"},
    Reason{0x87, "not authorized"},
    Reason{0x88, "server unavailable"},
    Reason{0x89, "server busy"},
    Reason{0x8A, "banned"},
    Reason{0x8B, "server shutting down"},
    Reason{0x8C, "bad authentication method"},
    Reason{0x8D, "keep alive timeout"},
    Reason{0x8E, "session taken over"},
    Reason{0x8F, "topic filter invalid"},
    Reason{0x90, "topic name invalid"},
    Reason{0x91, "packet identifier in use"},
    Reason{0x92, "packet identifier not found"},
    Reason{0x93, "receive maximum exceeded"},
    Reason{0x94, "topic alias invalid"},
    Reason{0x95, "packet too large"},
    Reason{0x96, "message rate too high"},
    Reason{0x97, "quota exceeded"},
    Reason{0x98, "administrative action"},
    Reason{0x99, "payload format invalid"},
    Reason{0x9A, "retain not supported"},
    Reason{0x9B, "QoS not supported"},
    Reason{0x9C, "use another server"},
    Reason{0x9D, "server moved"},
    Reason{0x9E, "shared subscriptions not supported"},
    Reason{0x9F, "connection rate exceeded"},
    Reason{0xA0, "maximum connect time"},
    Reason{0xA1, "subscription identifiers not supported"},
    Reason{0xA2, "wildcard subscriptions not supported"},
};

// Section 3.2.2.3 of 3.1.1, table 3.1.
constexpr std::array kReturnCodes{
    Reason{0, "connection accepted"},       Reason{1, "unacceptable protocol version"},
    Reason{2, "identifier rejected"},       Reason{3, "server unavailable"},
    Reason{4, "bad user name or password"}, Reason{5, "not authorized"},
};

template <std::size_t N>
std::string_view look_up(const std::array<Reason, N>& table, std::uint8_t code) noexcept
{
    const auto* const found =
        std::find_if(table.begin(), table.end(), [code](const auto& r) { return r.code == code; });
    return found == table.end() ? "unknown reason" : found->text;
}

} // namespace

void encode(const Connect& packet, std::string& out)
{
    std::string body;
    put_string(body, "MQTT");
    put_byte(body, static_cast<unsigned>(packet.version));
    // Connect flags (section 3.1.2.3): user 0x80, password 0x40, clean start 0x02.
    put_byte(body, (packet.user ? 0x80U : 0U) | (packet.password ? 0x40U : 0U) |
                       (packet.clean_start ? 0x02U : 0U));
    put_u16(body, packet.keep_alive_s);
    if (packet.version == Version::v5) {
        put_length(body, packet.max_packet_bytes > 0 ? 5 : 0);
        if (packet.max_packet_bytes > 0) {
            put_byte(body, kMaximumPacketSize);
            put_u32(body, packet.max_packet_bytes);
        }
    }
    put_string(body, packet.client_id);
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

void set_dup(std::string& publish) noexcept
{
    publish.front() = static_cast<char>(static_cast<std::uint8_t>(publish.front()) | kDupFlag);
}

void Decoder::feed(std::string_view bytes)
{
    if (m_at > 0) {
        m_bytes.erase(0, m_at);
        m_at = 0;
    }
    if (m_failure.empty()) {
        m_bytes.append(bytes);
    }
}

void Decoder::reset() noexcept
{
    m_bytes.clear();
    m_at = 0;
    m_failure = {};
}

Incoming Decoder::fail(std::string_view text) noexcept
{
    m_failure = text;
    m_bytes.clear();
    m_at = 0;
    return Malformed{text};
}

Incoming Decoder::next()
{
    if (!m_failure.empty()) {
        return Malformed{m_failure};
    }
    const std::string_view bytes = std::string_view{m_bytes}.substr(m_at);
    if (bytes.size() < 2) {
        return {};
    }
    if (!may_be_sent(static_cast<std::uint8_t>(bytes.front()))) {
        return fail("not a packet that a broker sends to a publisher");
    }
    // Fixed header (section 2.2 in 3.1.1, 2.1 in 5.0): type and flags, then one to four bytes.
    std::size_t length = 0;
    std::size_t header = 1;
    for (unsigned shift = 0;; shift += 7) {
        if (shift == 28) {
            return fail("malformed remaining length");
        }
        if (header == bytes.size()) {
            return {};
        }
        const auto next = static_cast<std::uint8_t>(bytes[header]);
        ++header;
        length |= static_cast<std::size_t>(next & 0x7FU) << shift;
        if ((next & 0x80U) == 0) {
            break;
        }
    }
    if (header + length > m_max_packet_bytes) {
        return fail("packet larger than allowed");
    }
    if (bytes.size() < header + length) {
        return {};
    }
    m_at += header + length;
    auto packet = decode(static_cast<std::uint8_t>(bytes.front()), bytes.substr(header, length));
    if (const auto* const malformed = std::get_if<Malformed>(&packet)) {
        return fail(malformed->text);
    }
    return packet;
}

Incoming Decoder::decode(std::uint8_t first, std::string_view body)
{
    switch (first >> 4U) {
    case kTypeConnAck:
        return decode_connack(m_version, body);
    case kTypePubAck:
        return decode_puback(m_version, body);
    case kTypePingResp:
        return body.empty() ? Incoming{PingResp{}} : Malformed{"malformed PINGRESP"};
    case kTypeDisconnect:
        return decode_disconnect(m_version, body);
    default:
        return Malformed{"not a packet that a broker sends to a publisher"};
    }
}

std::string_view connack_text(Version version, std::uint8_t code) noexcept
{
    return version == Version::v5 ? reason_text(code) : look_up(kReturnCodes, code);
}

std::string_view reason_text(std::uint8_t code) noexcept
{
    return look_up(kReasons, code);
}

bool worth_retrying(Version version, std::uint8_t connack_code) noexcept
{
    if (version == Version::v311) {
        return connack_code == 3;
    }
    constexpr std::array<std::uint8_t, 6> kPassing{0x80, 0x88, 0x89, 0x8B, 0x97, 0x9F};
    return std::find(kPassing.begin(), kPassing.end(), connack_code) != kPassing.end();
}

} // namespace tlm::mqtt
