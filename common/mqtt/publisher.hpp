// SPDX-License-Identifier: Apache-2.0
// Publishes to MQTT brokers over very many connections without ever waiting.
#pragma once

#include "common/base/time.hpp"
#include "common/base/unique_fd.hpp"
#include "common/mqtt/codec.hpp"
#include "common/mqtt/dialer.hpp"
#include "common/mqtt/dialogue.hpp"
#include "common/mqtt/message_pool.hpp"
#include "common/mqtt/presence.hpp"
#include "common/mqtt/stream.hpp"
#include "common/mqtt/timer_heap.hpp"
#include "common/mqtt/url.hpp"
#include "common/ops/random.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::mqtt {

/// Who a connection is, asked for whenever it is opened: nothing of this is kept.
struct Login {
    std::string client_id;
    std::string user = {}; ///< empty: none
    std::optional<std::string> password = std::nullopt;
    std::optional<ClientCertificate> certificate = std::nullopt;
    std::optional<Testament> will = std::nullopt;
};

struct PublisherOptions {
    std::vector<Url> urls; ///< connection i belongs to urls[i mod size]
    std::uint32_t connections = 1;
    std::function<Login(std::uint32_t)> login;
    Nodes* nodes = nullptr; ///< whom connections stand for; none: nobody. Outlives the publisher
    Version version = Version::v5;
    Qos qos = Qos::at_least_once;
    std::uint16_t window = 1'000;          ///< in flight on a connection; the broker may want fewer
    std::uint16_t keep_alive_s = 30;       ///< 0: none
    std::size_t most_messages = 65'536;    ///< held for all connections together
    std::size_t most_bytes = 256UL << 20U; ///< of these
    std::uint32_t most_attempts = 100;     ///< connections being opened at a time
    milliseconds attempt_timeout{5'000};   ///< from connect() to CONNACK
    milliseconds first_delay{100};         ///< between attempts, doubling
    milliseconds longest_delay{2'000};
    std::vector<Address> sources; ///< taken in turn; empty: the kernel chooses
    std::string ca_file;          ///< for mqtts; empty: the authorities of the system
    /// Who knows the addresses of brokers; asked for all connections together, and may block.
    decltype(&mqtt::resolve) look_up = &mqtt::resolve;
};

/// Connections are re-opened with jittered back-off for ever, so many at a time; the caller decides
/// when to give up, by down_since(). A message taken by publish() is kept until its last
/// acknowledgement, for as long as this object lives: at least once at QoS 1, once at QoS 2 while
/// the broker keeps the session. At QoS 0 what was written when a connection breaks may be lost.
/// Sessions are not kept, except at QoS 2, until close().
///
/// A broker that says nothing for one and a half times the keep-alive interval, to a ping either,
/// is left: its connection is cut and opened again.
///
/// An idle connection costs one descriptor and some 150 bytes of memory here; messages lie in a
/// pool that all connections share.
///
/// Drive it from a poll loop: wait for fd() to be readable, or for deadline(); then serve().
/// Messages taken go out at flush() only, many a write. Used by one thread. Throws Error fatal when
/// a broker refuses for good (credentials, client id, limits, a session that was taken over);
/// everything else is a reason to connect again.
class Publisher {
  public:
    explicit Publisher(PublisherOptions options);
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;
    ~Publisher();

    /// One descriptor for all connections.
    [[nodiscard]] int fd() const noexcept { return m_epoll.get(); }

    /// When serve() must be called even though nothing happened on fd().
    [[nodiscard]] std::optional<Monotonic> deadline() const { return m_timers.next(); }

    /// From now on the first `count` connections shall be open; never fewer than before.
    void want(std::uint32_t count);

    /// want() for all.
    void want_all() { want(m_options.connections); }

    /// Connects, reads, keeps alive.
    void serve(Monotonic now);

    /// True when publish() may be called.
    [[nodiscard]] bool has_room() const noexcept { return m_pool.has_room(); }

    /// False while a connection that stands for a node is not open, or about to be cut: do not
    /// publish to it. Whether it stands for one is known once it has been opened for the first
    /// time.
    [[nodiscard]] bool takes(std::uint32_t connection) const noexcept
    {
        const auto& it = m_connections[connection];
        return !it.presence || (it.phase == Phase::ready && !it.leaving);
    }

    struct Publication {
        std::string_view topic;
        std::string_view payload;
        std::uint32_t device = 0;             ///< comes back in the receipt
        std::chrono::nanoseconds intended{0}; ///< as well
    };

    /// Takes a message for a connection; it goes out with the next flush(). Throws Error fatal when
    /// the broker said that it takes no packet of this size.
    void publish(std::uint32_t connection, const Publication& message);

    /// Writes what waits, as far as windows and sockets allow.
    void flush(Monotonic now);

    /// Appends what was confirmed since the last call.
    void collect(std::vector<Receipt>& out);

    /// Has the next flush() cut a connection without a goodbye, behind what it writes there; it is
    /// opened again after a jittered delay.
    void hang_up(std::uint32_t connection);

    /// Messages taken that are neither confirmed nor refused, or at QoS 0 not wholly written.
    [[nodiscard]] std::uint64_t outstanding() const noexcept;

    struct Links {
        std::uint32_t wanted = 0;
        std::uint32_t connected = 0; ///< accepted by the broker
        std::uint32_t opening = 0;   ///< attempts under way
    };

    [[nodiscard]] const Links& links() const noexcept { return m_links; }

    [[nodiscard]] bool all_connected() const noexcept
    {
        return m_links.connected == m_options.connections;
    }

    /// Since when connections are missing and none was accepted; empty while none is missing.
    [[nodiscard]] std::optional<Monotonic> down_since() const noexcept { return m_down_since; }

    /// Why a connection or attempt ended, the last time that one did.
    [[nodiscard]] const std::string& last_error() const noexcept { return m_last_error; }

    [[nodiscard]] const PublisherStats& stats() const noexcept { return m_stats; }

    /// Says goodbye on all connections, of nodes behind their wills, and waits until the brokers
    /// have read everything: closing at once would reset connections over unread input and lose the
    /// end. Gives up when nothing happens for `patience`; true when all were closed by the brokers.
    [[nodiscard]] bool close(milliseconds patience);

  private:
    enum class Phase : std::uint8_t {
        unwanted,
        queued,     ///< for a place among the attempts
        waiting,    ///< for the next attempt
        connecting, ///< TCP
        securing,   ///< TLS
        greeting,   ///< CONNECT is out
        ready,
    };

    /// What the socket did not take, and a packet that is not whole: rarely there.
    struct Rest {
        std::string in;
        std::string out;
        std::size_t out_at = 0; ///< already written
    };

    struct Connection {
        Stream stream;
        Dialogue dialogue;
        std::unique_ptr<Rest> rest;
        std::unique_ptr<Presence> presence; ///< as the last CONNECT had it
        SslSessionPtr session;              ///< for the next TLS handshake
        Monotonic due{};                    ///< end of the wait, of the attempt, or of silence
        Monotonic last_write{};
        Monotonic last_read{};
        Monotonic opened{}; ///< when the broker accepted it
        Phase phase = Phase::unwanted;
        std::uint8_t failures = 0;    ///< in a row
        std::uint8_t address = 0;     ///< of the broker, which this attempt goes to
        std::uint8_t addresses = 0;   ///< tried in vain since the last wait
        std::uint8_t short_lives = 0; ///< in a row
        bool dirty = false;           ///< in m_dirty
        bool pinged = false;          ///< nothing was heard since a PINGREQ
        bool blocked = false;         ///< `rest` has something for the socket
        bool leaving = false;         ///< cut it behind what is published
    };

    /// A broker, and what all connections to it share.
    struct Broker {
        Url url;
        std::string name;
        Terms terms;
        std::vector<Address> addresses;
        std::string unknown = {}; ///< why there are none
        std::size_t current = 0;  ///< the address that attempts go to
        Monotonic resolve_after{};
        bool known = false; ///< has accepted a connection
    };

    [[nodiscard]] Broker& broker_of(std::uint32_t index) noexcept
    {
        return m_brokers[index % m_brokers.size()];
    }

    [[nodiscard]] Dialogue::Context context(std::uint32_t index, Monotonic now) noexcept
    {
        return {broker_of(index).terms, m_pool, m_stats, m_receipts, m_out, now};
    }

    // Opening: publisher_opening.cpp.
    void start_attempts(Monotonic now);
    void begin_attempt(std::uint32_t index, Monotonic now);
    [[nodiscard]] std::string dial(std::uint32_t index, Monotonic now);
    [[nodiscard]] std::string resolve_again(Broker& broker, Monotonic now);
    void finish_connect(std::uint32_t index, Monotonic now);
    void go_on_securing(std::uint32_t index, Monotonic now);
    void greet(std::uint32_t index, Monotonic now);
    void show_presence(std::uint32_t index, Connect& packet);
    void on_connected(std::uint32_t index, Monotonic now);
    void attempt_failed(std::uint32_t index, const std::string& why, Monotonic now);
    void try_again(std::uint32_t index, Monotonic now);
    void enqueue(std::uint32_t index);
    void leave_phase(Connection& connection);

    void on_event(std::uint32_t index, std::uint32_t events, Monotonic now);
    void on_timer(std::uint32_t index, Monotonic now);
    void watch_silence(std::uint32_t index, Monotonic now);
    void read(std::uint32_t index, Monotonic now);
    [[nodiscard]] bool digest(std::uint32_t index, std::string_view arrived, Monotonic now);
    [[nodiscard]] bool hear(std::uint32_t index, const Incoming& packet, Dialogue::Context& context,
                            Monotonic now);
    void transmit(std::uint32_t index, Monotonic now);
    [[nodiscard]] bool write_rest(std::uint32_t index, Monotonic now);
    [[nodiscard]] bool write_out(std::uint32_t index, Monotonic now);
    void keep_rest(std::uint32_t index, std::size_t from);
    void mark_dirty(std::uint32_t index);
    void on_subscribed(std::uint32_t index, const SubAck& packet);
    void ended(std::uint32_t index, const Transfer& transfer, Monotonic now);
    [[nodiscard]] std::string perhaps(std::uint32_t index);
    void watch_for_rivals(std::uint32_t index, Monotonic now);
    void lost(std::uint32_t index, const std::string& why, Monotonic now);
    void drop(std::uint32_t index);
    void cut(std::uint32_t index, Monotonic now);
    void watch(std::uint32_t index, int operation, std::uint32_t events) const;
    void wake(std::uint32_t index, Monotonic when);
    void check_size(const Broker& broker, std::size_t bytes) const;
    void say_goodbye(std::uint32_t index, Monotonic now);
    [[nodiscard]] std::size_t await_ends(milliseconds patience);

    PublisherOptions m_options;
    std::vector<Broker> m_brokers;
    std::optional<TlsContext> m_tls;
    UniqueFd m_epoll;
    std::vector<Connection> m_connections;
    TimerHeap m_timers;
    std::deque<std::uint32_t> m_queue;  ///< for attempts
    std::vector<std::uint32_t> m_dirty; ///< connections with something to say
    MessagePool m_pool;
    std::vector<Receipt> m_receipts;
    std::string m_out;          ///< scratch: bytes for the connection at hand
    std::vector<char> m_buffer; ///< scratch: bytes from it
    ops::Jitter m_jitter;
    Links m_links;
    std::uint32_t m_blocked = 0; ///< connections whose socket is full
    bool m_warned_of_rivals = false;
    std::optional<Monotonic> m_down_since;
    std::string m_last_error = "no answer yet";
    PublisherStats m_stats;
};

} // namespace tlm::mqtt
