// SPDX-License-Identifier: Apache-2.0
// A durable MQTT subscription whose acknowledgements wait until they are written on purpose.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/codec.hpp"
#include "common/mqtt/url.hpp"
#include "common/record/header.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::mqtt {

/// Which retained messages the broker shall send. 3.1.1 knows no such wish: the broker sends them
/// all with each connection.
enum class Retained {
    once,   ///< with the first subscription of a session
    never,  ///< none; what is published while we are subscribed is not one of them
    always, ///< all of them with each connection
};

struct SubscriberOptions {
    Url url;
    std::string client_id; ///< names the session at the broker: never empty, never shared
    std::vector<std::string> filters;
    /// Empty: 5, and 3.1.1 from then on when the broker says that it does not know 5.
    std::optional<Version> version;
    std::chrono::seconds keep_alive{60};
    std::uint16_t receive_maximum = 10'000; ///< unacknowledged messages, a hint to the broker; 5
    std::chrono::seconds session_expiry = std::chrono::hours{7 * 24}; ///< > 0; 5 only
    Retained retained = Retained::once;
    /// For how long after a connection the broker may send what it had sent before. 0: it sends
    /// that first, as most brokers do.
    std::chrono::seconds late_redeliveries{0};
    std::string user; ///< empty: that of the URL, which may be empty too
    std::string password;
    std::string ca_file;                    ///< with TLS; empty: the system's certificates
    std::string cert_file;                  ///< with TLS: our certificate, or empty
    std::string key_file;                   ///< its key
    milliseconds subscribe_timeout{10'000}; ///< from connect() to the SUBACK
};

/// One PUBLISH. Views, valid during the call that hands it on.
struct Message {
    std::string_view topic;
    std::string_view payload;
    int qos = 0;
    bool retain = false;
    /// The broker has sent it before. Known only for the redeliveries at the start of a connection;
    /// see SubscriberOptions::late_redeliveries.
    bool dup = false;
    /// MQTT 5: what the publisher said about it; see PropertyReader.
    std::span<const Header> properties{};
    std::size_t properties_cut = 0; ///< how many more there were
};

/// Takes messages as they are read.
class Receiver {
  public:
    Receiver() = default;
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;
    virtual ~Receiver() = default;

    /// Returns false when there is no room for another one: read() then ends. What is thrown here
    /// comes out of read().
    virtual bool on_message(const Message& message) = 0;
};

/// A client of libmosquitto, driven by the caller's own poll(). The library queues the PUBACK of a
/// message when it is read; nothing leaves the queue before write(), and write() sends all of it.
/// So a caller that writes only when everything read so far is safe elsewhere loses nothing,
/// whatever kills it: the broker sends again what was not acknowledged. Queued acknowledgements
/// never reach a later connection.
///
/// Sessions are durable (clean start off) and QoS is 1. Each connection subscribes anew before it
/// reads a message. Errors: transient when the connection is lost, refused or cannot be made (call
/// connect() again after a while), fatal when another client has taken over the session. After an
/// Error there is no connection. Used by one thread; SIGPIPE is ignored process-wide from the first
/// connection on.
class Subscriber {
  public:
    /// Connects nothing yet. `receiver` must outlive this object. Throws Error usage on options
    /// that cannot work.
    Subscriber(SubscriberOptions options, Receiver& receiver);
    ~Subscriber(); ///< as abandon()

    /// Opens a connection; CONNECT is queued. Resolving the name and the TCP connection block: with
    /// a silent network for as long as the kernel retries (127 s with Linux's defaults), with a
    /// host that refuses not at all.
    void connect();

    /// How a read ended.
    struct ReadResult {
        std::size_t messages = 0;
        bool full = false; ///< the receiver has no more room
        bool more = false; ///< poll() may not know it, but there is more to read now
    };

    /// Reads until there is nothing more or the receiver has no room. Ends also at the CONNACK, so
    /// that SUBSCRIBE is written before anything else is read.
    ReadResult read();

    /// Something is queued, acknowledgements included.
    [[nodiscard]] bool wants_write() const noexcept;

    /// Writes what is queued, as far as the socket takes it.
    void write();

    /// Queues a PINGREQ when one is due; notices a silent broker and a late SUBACK. Call it about
    /// once a second, but never while something read is not safe.
    void keep_alive();

    /// Queues a message at QoS 0, not retained. It goes out with the next write(), and so do all
    /// acknowledgements: not while something read is not safe. Lost with the connection; false when
    /// it is lost already.
    [[nodiscard]] bool publish(const std::string& topic, std::string_view payload) noexcept;

    /// Queues a question whose answer proves that the broker has read everything that was written
    /// before it: an UNSUBSCRIBE from a filter that nobody subscribes to (MQTT 5 and 3.1.1, section
    /// 3.10: the broker must answer it). One at a time; a new connection forgets it.
    void ask();

    /// The answer to ask() has come since.
    [[nodiscard]] bool answered() const noexcept;

    /// Closes without writing: the broker sends again what was not acknowledged.
    void abandon() noexcept;

    /// Closes so that the broker reads every acknowledgement written so far: ends our side, reads
    /// and drops what still comes, until the broker has closed too. False at the deadline. (A plain
    /// close with unread messages resets the connection, and the last acknowledgements with it.)
    bool close(milliseconds deadline) noexcept;

    /// -1 without a connection.
    [[nodiscard]] int fd() const noexcept;

    [[nodiscard]] bool connected() const noexcept;

    /// The broker has confirmed every filter on this connection.
    [[nodiscard]] bool subscribed() const noexcept;

    /// The broker had our session; empty before the CONNACK.
    [[nodiscard]] std::optional<bool> session_present() const noexcept;

    /// The version that is spoken, or will be tried next.
    [[nodiscard]] Version version() const noexcept;

    /// `$SYS/broker/publish/messages/dropped`, where the broker tells: messages that it had taken
    /// and did not keep for a subscriber, since its start. It is not asked again when a connection
    /// broke at that question.
    [[nodiscard]] std::optional<std::uint64_t> dropped_by_broker() const noexcept;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::mqtt
