// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/ws_frames.hpp"

#include <utility>

namespace tlm::sim {
namespace {

constexpr std::uint8_t kContinuation = 0;
constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;

constexpr unsigned kFinal = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr std::size_t kLongestControl = 125;
constexpr std::size_t kTwoBytes = 126; ///< a length that says: two bytes of length follow
constexpr unsigned kByte = 8;

unsigned byte_at(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

} // namespace

std::optional<WsDecoder::Head> WsDecoder::read_head()
{
    const auto bytes = std::string_view{m_bytes}.substr(m_begin);
    constexpr std::size_t kShort = 2;
    if (bytes.size() < kShort) {
        return std::nullopt;
    }
    const auto first = byte_at(bytes, 0);
    const auto second = byte_at(bytes, 1);
    m_broken = (first & kReserved) != 0 || (second & kMasked) != 0;
    Head head{.opcode = static_cast<std::uint8_t>(first & kOpcode),
              .final = (first & kFinal) != 0,
              .size = kShort,
              .length = second & kLength};
    if (head.length < kTwoBytes) {
        return head;
    }
    const std::size_t extra = head.length == kTwoBytes ? 2 : 8;
    head.size += extra;
    if (bytes.size() < head.size) {
        return std::nullopt;
    }
    std::uint64_t length = 0;
    for (std::size_t i = kShort; i < head.size; ++i) {
        length = (length << kByte) | byte_at(bytes, i);
    }
    m_broken = m_broken || length > kLongest;
    head.length = length;
    return head;
}

std::optional<WsMessage> WsDecoder::take(const Head& head)
{
    const auto payload = m_bytes.substr(m_begin + head.size, head.length);
    m_begin += head.size + head.length;
    const bool control = head.opcode >= kClose;
    const bool known = head.opcode <= kBinary || (control && head.opcode <= kPong);
    const bool first = head.opcode == kText || head.opcode == kBinary;
    if (!known || (control && (!head.final || head.length > kLongestControl)) ||
        (first && m_in_parts) || (head.opcode == kContinuation && !m_in_parts) ||
        m_parts.size() + payload.size() > kLongest) {
        m_broken = true;
        return std::nullopt;
    }
    if (control) {
        const auto kind = head.opcode == kPing    ? WsMessage::Kind::ping
                          : head.opcode == kClose ? WsMessage::Kind::close
                                                  : WsMessage::Kind::pong;
        return WsMessage{kind, payload};
    }
    m_parts += payload;
    m_in_parts = !head.final;
    return head.final ? std::optional{WsMessage{WsMessage::Kind::data, std::exchange(m_parts, {})}}
                      : std::nullopt;
}

std::optional<WsMessage> WsDecoder::next()
{
    while (!m_broken) {
        const auto head = read_head();
        if (m_broken) {
            break;
        }
        if (!head || m_bytes.size() - m_begin < head->size + head->length) {
            m_bytes.erase(0, m_begin);
            m_begin = 0;
            return std::nullopt;
        }
        if (auto message = take(*head)) {
            return message;
        }
    }
    return WsMessage{WsMessage::Kind::broken, {}};
}

void append_ws_pong(std::string& out, std::string_view payload, const std::array<char, 4>& mask)
{
    payload = payload.substr(0, kLongestControl);
    out += static_cast<char>(kFinal | kPong);
    out += static_cast<char>(kMasked | payload.size());
    out.append(mask.data(), mask.size());
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out += static_cast<char>(byte_at(payload, i) ^
                                 static_cast<unsigned char>(mask.at(i % mask.size())));
    }
}

} // namespace tlm::sim
