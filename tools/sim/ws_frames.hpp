// SPDX-License-Identifier: Apache-2.0
// The frames of a WebSocket as its client sees them (RFC 6455), as far as tlm-ws uses them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::sim {

struct WsMessage {
    enum class Kind {
        data, ///< text or binary, whole
        ping,
        pong,
        close,
        broken, ///< not a frame that a server may send, or too long: hang up
    };

    Kind kind{};
    std::string payload{};
};

/// Puts messages together out of a byte stream. Holds no more than the longest message. Pure.
class WsDecoder {
  public:
    static constexpr std::size_t kLongest = std::size_t{1} << 20U;

    void feed(std::string_view bytes) { m_bytes.append(bytes); }

    /// The next message; empty while more bytes are needed. Nothing follows `broken`.
    [[nodiscard]] std::optional<WsMessage> next();

  private:
    /// What stands in front of a payload.
    struct Head {
        std::uint8_t opcode = 0;
        bool final = false;
        std::size_t size = 0;   ///< of the head
        std::size_t length = 0; ///< of the payload
    };

    [[nodiscard]] std::optional<Head> read_head();
    [[nodiscard]] std::optional<WsMessage> take(const Head& head);

    std::string m_bytes;
    std::size_t m_begin = 0; ///< of the next frame
    std::string m_parts;     ///< of a message in several frames
    bool m_in_parts = false;
    bool m_broken = false;
};

/// Appends a pong, masked as clients must.
void append_ws_pong(std::string& out, std::string_view payload, const std::array<char, 4>& mask);

} // namespace tlm::sim
