// SPDX-License-Identifier: Apache-2.0
// Publishes to an MQTT broker at QoS 0 or 1 without ever waiting.
#pragma once

#include "common/base/backoff.hpp"
#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/mqtt/codec.hpp"
#include "common/mqtt/dialer.hpp"
#include "common/mqtt/url.hpp"
#include "common/ops/random.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::mqtt {

struct PublisherOptions {
    Url url; ///< plain TCP: `tls` is refused with a usage Error
    std::optional<std::string> password;
    std::string client_id;
    Version version = Version::v5;
    Qos qos = Qos::at_least_once;
    bool retain = false;
    std::uint16_t window = 1'000; ///< messages without PUBACK at a time; the broker may want fewer
    std::uint16_t keep_alive_s = 30;     ///< 0: none
    milliseconds attempt_timeout{5'000}; ///< from connect() to CONNACK
    milliseconds first_delay{100};       ///< between attempts, doubling
    milliseconds longest_delay{2'000};
};

struct PublisherStats {
    std::uint64_t published = 0; ///< messages taken by publish()
    std::uint64_t acked = 0;     ///< confirmed by the broker (QoS 1)
    std::uint64_t refused = 0;   ///< answered with an error code: the broker does not have them
    std::uint64_t resent = 0;    ///< sent again with DUP after a lost connection
    std::uint64_t connects = 0;  ///< connections that the broker accepted
};

/// One connection, re-opened with jittered back-off for ever; the caller decides when to give up,
/// by down_since(). At QoS 1 every message taken by publish() is kept until its PUBACK and sent
/// again, in order, on the next connection: at least once, as long as this object lives. At QoS 0
/// what was not written when the connection breaks is lost. Sessions are not kept (clean start).
///
/// Drive it from a poll loop: wait for fd() to be readable, or writable as wants_write() says, or
/// for deadline(); then serve(). Messages taken go out at flush() only, many a write. Used by one
/// thread. Throws Error fatal when the broker refuses for good (credentials, client id, limits, a
/// session that was taken over); everything else is a reason to connect again.
class Publisher {
  public:
    explicit Publisher(PublisherOptions options);

    /// -1 while there is no connection to wait for.
    [[nodiscard]] int fd() const noexcept { return m_fd.get(); }

    [[nodiscard]] bool wants_write() const noexcept;

    /// When serve() must be called even though nothing happened on fd().
    [[nodiscard]] std::optional<Monotonic> deadline() const noexcept;

    /// Connects, reads, keeps alive. `revents` is what poll said about fd(), 0 for nothing.
    void serve(short revents, Monotonic now);

    /// True when publish() may be called: a place in the window, or at QoS 0 in the write buffer.
    [[nodiscard]] bool has_room() const noexcept;

    /// Takes a message; it goes out with the next flush(). Throws Error fatal when the broker said
    /// that it takes no packet of this size.
    void publish(std::string_view topic, std::string_view payload);

    /// Writes what waits, as far as the window and the socket allow.
    void flush(Monotonic now);

    /// Messages taken at QoS 1 that the broker has not answered.
    [[nodiscard]] std::uint64_t outstanding() const noexcept;

    /// True when no byte waits for the socket: at QoS 0 all that is known about delivery.
    [[nodiscard]] bool all_written() const noexcept;

    /// Says goodbye and waits up to `limit` until the broker has read everything: closing at once
    /// would reset the connection over unread input and lose the end. True when the broker closed.
    [[nodiscard]] bool disconnect(milliseconds limit);

    /// Cuts the connection without a goodbye; it is opened again after a jittered delay.
    void hang_up(Monotonic now);

    [[nodiscard]] bool connected() const noexcept { return m_state == State::ready; }

    /// Since when there is no accepted connection; empty while there is one.
    [[nodiscard]] std::optional<Monotonic> down_since() const noexcept { return m_down_since; }

    /// Why the last connection or attempt ended.
    [[nodiscard]] const std::string& last_error() const noexcept { return m_last_error; }

    [[nodiscard]] const PublisherStats& stats() const noexcept { return m_stats; }

  private:
    enum class State {
        waiting,     ///< for the next attempt
        connecting,  ///< TCP
        handshaking, ///< CONNECT is out
        ready,
    };

    /// A QoS 1 message on its way. Its number n decides its packet id, n % 65535 + 1, and its
    /// place in the ring, n % window.
    struct Slot {
        std::string packet;
        bool sent_before = false;
        bool answered = false;
    };

    [[nodiscard]] Slot& slot(std::uint64_t number) noexcept;

    void begin_attempt(Monotonic now);
    void attempt_failed(const std::string& why, Monotonic now);
    void lost(const std::string& why, Monotonic now);
    void drop_connection(Monotonic retry_at) noexcept;
    void finish_connect(short revents, Monotonic now);
    void read_packets(Monotonic now);
    [[nodiscard]] bool take_packets(Monotonic now);
    void on_packet(const ConnAck& packet, Monotonic now);
    void on_packet(const PubAck& packet);
    void keep_alive(Monotonic now);
    void fill_output();
    [[nodiscard]] bool write_output(Monotonic now);
    [[nodiscard]] bool wait_for_socket(short events, Monotonic until) const;
    [[nodiscard]] bool drain_until_closed(Monotonic until);
    void check_size(std::size_t bytes) const;

    PublisherOptions m_options;
    std::string m_name; ///< the URL, for messages
    Dialer m_dialer;
    Backoff m_backoff;
    ops::Jitter m_jitter;
    State m_state = State::waiting;
    UniqueFd m_fd;
    Decoder m_decoder;
    Monotonic m_next_attempt{};
    Monotonic m_attempt_ends{};
    std::optional<Monotonic> m_down_since;
    std::string m_last_error = "no answer yet";

    // What the broker said in its CONNACK.
    std::uint64_t m_receive_maximum = 65'535;
    std::optional<std::uint32_t> m_maximum_packet;
    std::chrono::seconds m_keep_alive{};

    // QoS 1: numbers of messages, m_oldest <= m_unsent <= m_next <= m_oldest + window.
    std::vector<Slot> m_slots;
    std::uint64_t m_oldest = 0; ///< first without answer
    std::uint64_t m_unsent = 0; ///< first that is not written on this connection
    std::uint64_t m_next = 0;   ///< of the next message

    std::string m_output;        ///< bytes for the socket
    std::size_t m_output_at = 0; ///< already written
    Monotonic m_last_write{};
    std::optional<Monotonic> m_ping_ends; ///< a PINGRESP is due by then
    PublisherStats m_stats;
};

} // namespace tlm::mqtt
