// SPDX-License-Identifier: Apache-2.0
// What one publishing connection says and hears: packets in, bytes out, no socket.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/codec.hpp"
#include "common/mqtt/message_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlm::mqtt {

/// What all connections to one broker have in common: our wishes, and what its CONNACK allowed.
struct Terms {
    Version version = Version::v5;
    Qos qos = Qos::at_least_once;
    std::uint16_t window = 1'000; ///< messages without their last acknowledgement, a connection
    std::uint16_t keep_alive_s = 30;

    std::uint16_t receive_maximum = 65'535;
    std::optional<std::uint32_t> maximum_packet_bytes = std::nullopt;

    /// At QoS 2 the session must outlive the connection: the broker remembers there which messages
    /// it has.
    [[nodiscard]] bool durable() const noexcept { return qos == Qos::exactly_once; }
};

struct PublisherStats {
    std::uint64_t published = 0;   ///< messages taken
    std::uint64_t confirmed = 0;   ///< acknowledged to the end; at QoS 0 written
    std::uint64_t refused = 0;     ///< answered with an error code: the broker does not have them
    std::uint64_t resent = 0;      ///< sent again with DUP after a lost connection
    std::uint64_t connects = 0;    ///< connections that the broker accepted
    std::uint64_t resumed = 0;     ///< of these, on a resumed TLS session
    std::uint64_t forgotten = 0;   ///< not said before the connection that they belonged to broke
    std::uint64_t in_doubt = 0;    ///< sent again at QoS 2 although the broker may have them
    std::uint8_t last_refusal = 0; ///< reason code of the last that was refused
};

/// Publishing over one connection after another, in order. A message stays in the queue until its
/// last acknowledgement and is sent again, marked as a duplicate, on the next connection. At QoS 2
/// the handshake goes on where it was: once, as long as the broker keeps the session. A live
/// dialogue is another thing: at QoS 0, what it has not said ends with the connection, and it hears
/// what is said to it. Pure.
class Dialogue {
  public:
    /// What a call works with, shared by all dialogues.
    struct Context {
        Terms& terms;
        MessagePool& pool;
        PublisherStats& stats;
        std::vector<Receipt>& receipts;
        std::string& out; ///< bytes for the connection
        Monotonic now{};
    };

    enum class Heard : std::uint8_t {
        nothing, ///< that concerns the caller
        connected,
        pong,
        subscribed,  ///< or refused: SubAck says which
        delivery,    ///< and acknowledged, where that is due
        over,        ///< close and connect again: why()
        fresh_start, ///< close and connect again at once: an old session had to be removed
    };

    /// The end of a connection, as `hear` found it.
    struct End {
        std::string why;
        bool for_good = false; ///< trying again would not help
    };

    /// To be said before a connection, and to remain so while messages are held.
    void set_live(bool live) noexcept { m_live = live; }

    /// At which its messages go out.
    [[nodiscard]] Qos qos(const Terms& terms) const noexcept
    {
        return m_live ? Qos::at_most_once : terms.qos;
    }

    /// Whether the broker has to keep the session.
    [[nodiscard]] bool durable(const Terms& terms) const noexcept
    {
        return terms.durable() && !m_live;
    }

    /// What CONNECT must say about the session.
    [[nodiscard]] bool clean_start(const Terms& terms) const noexcept;

    /// Digests a packet; `end` is filled when the result is `over`.
    [[nodiscard]] Heard hear(const Incoming& packet, Context& context, End& end);

    /// Takes a message of the pool into the queue.
    void add(MessagePool& pool, MessagePool::Index message) noexcept;

    /// Appends what may go out now, until `out` has `enough` bytes; only while ready().
    void speak(Context& context, std::size_t enough);

    /// True when speak() would say something, as far as the window is concerned.
    [[nodiscard]] bool has_more(const Terms& terms) const noexcept;

    /// The connection is gone: what was not answered will be said again; of a live dialogue
    /// nothing.
    void interrupted(MessagePool& pool, PublisherStats& stats) noexcept;

    /// True after a good CONNACK.
    [[nodiscard]] bool ready() const noexcept { return m_ready; }

  private:
    enum class Session : std::uint8_t { none, removing, ours };

    [[nodiscard]] Heard on_connack(const ConnAck& packet, Context& context, End& end);
    void on_ack(const Ack& packet, Context& context);
    void finish(MessagePool::Index index, const Ack& packet, Context& context);
    [[nodiscard]] MessagePool::Index find(std::uint16_t packet_id, MessagePool& pool) noexcept;
    void session_lost(Context& context);
    void say_one(HeldMessage& message, Context& context);
    void drop_answered(MessagePool& pool) noexcept;

    MessagePool::Index m_first = MessagePool::kNone;  ///< oldest that is not done
    MessagePool::Index m_unsent = MessagePool::kNone; ///< first not said on this connection
    MessagePool::Index m_last = MessagePool::kNone;
    MessagePool::Index m_hint = MessagePool::kNone; ///< of the last PUBREC: the next is behind it
    std::uint32_t m_span = 0; ///< how many lie from m_first to before m_unsent
    std::uint16_t m_last_id = 0;
    Session m_session = Session::none;
    bool m_ready = false;
    bool m_live = false;
};

} // namespace tlm::mqtt
