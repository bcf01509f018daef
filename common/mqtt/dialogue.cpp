// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/dialogue.hpp"

#include <algorithm>
#include <utility>

namespace tlm::mqtt {
namespace {

using Index = MessagePool::Index;
constexpr Index kNone = MessagePool::kNone;
using State = HeldMessage::State;

constexpr std::uint16_t kPacketIds = 65'535; // 1 to 65535
constexpr std::uint8_t kFirstError = 0x80;   // reason codes from here on are failures
constexpr std::uint8_t kPacketIdNotFound = 0x92;
constexpr std::uint8_t kSessionTakenOver = 0x8E;

std::uint16_t id_after(std::uint16_t id) noexcept
{
    return static_cast<std::uint16_t>(id % kPacketIds + 1);
}

/// How far `id` is behind `first`, counting round.
std::uint32_t id_distance(std::uint16_t first, std::uint16_t id) noexcept
{
    return (std::uint32_t{id} + kPacketIds - first) % kPacketIds;
}

std::string with_reason(std::string_view text, std::string_view reason)
{
    std::string result{text};
    if (!reason.empty()) {
        result.append(" (").append(reason).append(")");
    }
    return result;
}

std::string_view qos_digit(Qos qos) noexcept
{
    return qos == Qos::at_most_once ? "0" : "1";
}

} // namespace

bool Dialogue::clean_start(const Terms& terms) const noexcept
{
    // A session that 3.1.1 begins clean ends with its connection, and mosquitto does not save one
    // that 5 began clean: an old session is removed apart.
    return !durable(terms) || m_session == Session::removing;
}

Dialogue::Heard Dialogue::hear(const Incoming& packet, Context& context, End& end)
{
    if (const auto* const connack = std::get_if<ConnAck>(&packet)) {
        if (m_ready) {
            end.why = "a second CONNACK";
            return Heard::over;
        }
        return on_connack(*connack, context, end);
    }
    if (const auto* const malformed = std::get_if<Malformed>(&packet)) {
        end.why = malformed->text;
        return Heard::over;
    }
    if (const auto* const gone = std::get_if<ServerDisconnect>(&packet)) {
        end.why = "the broker says: " + with_reason(reason_text(gone->code), gone->reason_text);
        end.for_good = gone->code == kSessionTakenOver;
        return Heard::over;
    }
    if (!m_ready) {
        end.why = "a packet before CONNACK";
        return Heard::over;
    }
    if (const auto* const ack = std::get_if<Ack>(&packet)) {
        on_ack(*ack, context);
        return Heard::nothing;
    }
    if (std::holds_alternative<PingResp>(packet)) {
        return Heard::pong;
    }
    if (!m_live) {
        end.why = "a packet that nobody asked for";
        return Heard::over;
    }
    if (const auto* const delivery = std::get_if<Delivery>(&packet)) {
        if (delivery->packet_id != 0) {
            encode_puback(delivery->packet_id, context.out);
        }
        return Heard::delivery;
    }
    return Heard::subscribed;
}

Dialogue::Heard Dialogue::on_connack(const ConnAck& packet, Context& context, End& end)
{
    auto& terms = context.terms;
    if (packet.code != 0) {
        end.why =
            "refused: " + with_reason(connack_text(terms.version, packet.code), packet.reason_text);
        if (refuses_version(terms.version, packet.code)) {
            end.why += terms.version == Version::v5
                           ? ": the broker does not speak MQTT 5, try --mqtt-version 3.1.1"
                           : ": the broker does not speak MQTT 3.1.1, try --mqtt-version 5";
        }
        end.for_good = !worth_retrying(terms.version, packet.code);
        return Heard::over;
    }
    if (packet.maximum_qos < qos(terms)) {
        end.why.append("the broker takes QoS ")
            .append(qos_digit(packet.maximum_qos))
            .append(" at most");
        end.for_good = true;
        return Heard::over;
    }
    if (durable(terms) && m_session == Session::none && packet.session_present) {
        m_session = Session::removing;
        return Heard::fresh_start;
    }
    if (m_session == Session::removing) {
        m_session = Session::ours;
        return Heard::fresh_start;
    }
    if (m_session == Session::ours && !packet.session_present) {
        session_lost(context);
    }
    m_session = durable(terms) ? Session::ours : Session::none;
    terms.receive_maximum = packet.receive_maximum;
    terms.maximum_packet_bytes = packet.maximum_packet_bytes;
    terms.keep_alive_s = packet.server_keep_alive_s.value_or(terms.keep_alive_s);
    m_ready = true;
    ++context.stats.connects;
    return Heard::connected;
}

/// The broker has forgotten which messages it had: whether they went further nobody knows.
void Dialogue::session_lost(Context& context)
{
    for (auto index = m_first; index != kNone; index = context.pool[index].next) {
        auto& message = context.pool[index];
        if (message.state == State::received) {
            message.state = State::published;
            ++context.stats.in_doubt;
        }
    }
}

void Dialogue::interrupted(MessagePool& pool, PublisherStats& stats) noexcept
{
    m_ready = false;
    while (m_live && m_first != kNone) {
        pool.release(std::exchange(m_first, pool[m_first].next));
        ++stats.forgotten;
    }
    m_unsent = m_first;
    m_span = 0;
    m_hint = kNone;
}

void Dialogue::add(MessagePool& pool, Index message) noexcept
{
    if (m_first == kNone) {
        m_first = message;
    } else {
        pool[m_last].next = message;
    }
    m_last = message;
    if (m_unsent == kNone) {
        m_unsent = message;
    }
}

bool Dialogue::has_more(const Terms& terms) const noexcept
{
    return m_ready && m_unsent != kNone && m_span < std::min(terms.window, terms.receive_maximum);
}

void Dialogue::speak(Context& context, std::size_t enough)
{
    while (has_more(context.terms) && context.out.size() < enough) {
        auto& message = context.pool[m_unsent];
        m_unsent = message.next;
        if (qos(context.terms) == Qos::at_most_once) {
            context.out.append(message.packet);
            context.receipts.push_back({message.device, message.intended, context.now});
            ++context.stats.confirmed;
            context.pool.release(std::exchange(m_first, m_unsent));
            continue;
        }
        ++m_span;
        say_one(message, context);
    }
    drop_answered(context.pool);
}

void Dialogue::say_one(HeldMessage& message, Context& context)
{
    switch (message.state) {
    case State::answered:
        return; // on an earlier connection, behind one that was not
    case State::received:
        encode_pubrel(message.packet_id, context.out);
        return;
    case State::published:
        break;
    }
    if (message.packet_id == 0) {
        m_last_id = id_after(m_last_id);
        message.packet_id = m_last_id;
        set_packet_id(message.packet, m_last_id);
    } else {
        set_dup(message.packet);
        ++context.stats.resent;
    }
    context.out.append(message.packet);
}

/// The message with this id among those said on this connection. Answers come in order, so it is
/// the first, or for a PUBREC the one behind the last that was heard of.
Index Dialogue::find(std::uint16_t packet_id, MessagePool& pool) noexcept
{
    if (m_span == 0) {
        return kNone;
    }
    const auto first_id = pool[m_first].packet_id;
    auto left = id_distance(first_id, packet_id);
    if (packet_id == 0 || left >= m_span) {
        return kNone;
    }
    auto index = m_first;
    if (m_hint != kNone) {
        const auto skipped = id_distance(first_id, pool[m_hint].packet_id);
        if (skipped <= left) {
            index = m_hint;
            left -= skipped;
        }
    }
    for (; left > 0; --left) {
        index = pool[index].next;
    }
    return index;
}

void Dialogue::on_ack(const Ack& packet, Context& context)
{
    const auto index = find(packet.packet_id, context.pool);
    if (index == kNone) {
        return; // nothing of ours: a broker's slip that harms nobody
    }
    auto& message = context.pool[index];
    const bool twice = qos(context.terms) == Qos::exactly_once;
    if (packet.kind == Ack::Kind::pubrec && twice && message.state != State::answered) {
        if (packet.code >= kFirstError && message.state == State::published) {
            finish(index, packet, context);
            return;
        }
        m_hint = index;
        message.state = State::received;
        encode_pubrel(message.packet_id, context.out);
        return;
    }
    const bool expected =
        twice ? packet.kind == Ack::Kind::pubcomp && message.state == State::received
              : packet.kind == Ack::Kind::puback && message.state == State::published;
    if (expected) {
        finish(index, packet, context);
    }
}

void Dialogue::finish(Index index, const Ack& packet, Context& context)
{
    auto& message = context.pool[index];
    message.state = State::answered;
    // "Not found" in a PUBCOMP: our PUBREL was heard before the connection broke.
    const bool had = packet.kind == Ack::Kind::pubcomp && packet.code == kPacketIdNotFound;
    if (packet.code >= kFirstError && !had) {
        ++context.stats.refused;
        context.stats.last_refusal = packet.code;
    } else {
        ++context.stats.confirmed;
        context.receipts.push_back({message.device, message.intended, context.now});
    }
    drop_answered(context.pool);
}

void Dialogue::drop_answered(MessagePool& pool) noexcept
{
    while (m_span > 0 && pool[m_first].state == State::answered) {
        if (m_hint == m_first) {
            m_hint = kNone;
        }
        pool.release(std::exchange(m_first, pool[m_first].next));
        --m_span;
    }
}

} // namespace tlm::mqtt
