// SPDX-License-Identifier: Apache-2.0
// Where messages go: an MQTT broker, or records on a descriptor.
#pragma once

#include "common/base/time.hpp"
#include "common/mqtt/publisher.hpp"
#include "common/ndjson/line_sink.hpp"
#include "common/record/topic_template.hpp"
#include "tools/sim/script.hpp"

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// A message that the destination has: acknowledged (QoS 1 and 2), or written (QoS 0, records).
struct Confirmation {
    std::uint32_t device = 0;
    nanoseconds intended{0}; ///< as the message said
    Monotonic at{};          ///< when it was confirmed
};

/// What became of messages besides being confirmed.
struct OutletCounts {
    std::uint64_t refused = 0; ///< answered with an error
    std::uint64_t resent = 0;  ///< again on a new connection
    std::uint64_t reconnects = 0;
};

/// A destination driven by the pipeline's poll loop. Used by one thread. Throws Error fatal when
/// it can take no more for good.
class Outlet {
  public:
    Outlet() = default;
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;
    virtual ~Outlet() = default;

    /// True when send() may be called.
    [[nodiscard]] virtual bool has_room() const = 0;

    /// Takes a message; it goes out with the next flush().
    virtual void send(const Message& message) = 0;
    virtual void flush(Monotonic now) = 0;

    /// What to wait for; descriptor -1: nothing.
    [[nodiscard]] virtual pollfd interest() const = 0;

    /// When serve() must be called even though nothing happened.
    [[nodiscard]] virtual std::optional<Monotonic> deadline() const = 0;
    virtual void serve(short revents, Monotonic now) = 0;

    /// Appends what was confirmed since the last call; take it after each flush() and serve().
    virtual void collect(std::vector<Confirmation>& out) = 0;

    /// Cuts the connection of a device without a goodbye; it comes back by itself after a
    /// jittered delay. Does nothing where there are no connections.
    virtual void hang_up(std::uint32_t device, Monotonic now) = 0;

    /// Messages sent that are neither confirmed nor refused.
    [[nodiscard]] virtual std::uint64_t unconfirmed() const = 0;

    [[nodiscard]] virtual OutletCounts counts() const = 0;

    /// True when nobody reads any more and the run should end.
    [[nodiscard]] virtual bool reader_gone() const = 0;

    virtual void close() = 0;

    /// What to tell about it at the end: `4000 acknowledged, 1 reconnect`.
    [[nodiscard]] virtual std::string summary() const = 0;
};

/// Publishes payloads; gives up when there is no connection for `patience`.
class MqttOutlet final : public Outlet {
  public:
    MqttOutlet(mqtt::PublisherOptions options, TopicTemplate topics, milliseconds patience);

    [[nodiscard]] bool has_room() const override { return m_publisher.has_room(); }

    void send(const Message& message) override;

    void flush(Monotonic now) override { m_publisher.flush(now); }

    [[nodiscard]] pollfd interest() const override;
    [[nodiscard]] std::optional<Monotonic> deadline() const override;
    void serve(short revents, Monotonic now) override;
    void collect(std::vector<Confirmation>& out) override;
    void hang_up(std::uint32_t device, Monotonic now) override;
    [[nodiscard]] std::uint64_t unconfirmed() const override;

    [[nodiscard]] OutletCounts counts() const override;

    [[nodiscard]] bool reader_gone() const override { return false; }

    void close() override;
    [[nodiscard]] std::string summary() const override;

  private:
    std::string m_name;
    mqtt::Qos m_qos;
    mqtt::Publisher m_publisher;
    TopicTemplate m_topics;
    milliseconds m_patience;
    std::deque<Confirmation> m_open; ///< sent, in order
};

/// Writes records as lines, received at the moment of their `ts`.
class RecordOutlet final : public Outlet {
  public:
    RecordOutlet(int fd, const std::string& name) : m_sink(fd, name) {}

    [[nodiscard]] bool has_room() const override { return !m_sink.reader_gone(); }

    void send(const Message& message) override;
    void flush(Monotonic now) override;

    [[nodiscard]] pollfd interest() const override { return {-1, 0, 0}; }

    [[nodiscard]] std::optional<Monotonic> deadline() const override { return std::nullopt; }

    void serve(short /*revents*/, Monotonic /*now*/) override {}

    void collect(std::vector<Confirmation>& out) override;

    void hang_up(std::uint32_t /*device*/, Monotonic /*now*/) override {}

    [[nodiscard]] std::uint64_t unconfirmed() const override { return 0; }

    [[nodiscard]] OutletCounts counts() const override { return {}; }

    [[nodiscard]] bool reader_gone() const override { return m_sink.reader_gone(); }

    void close() override { m_sink.close(); }

    [[nodiscard]] std::string summary() const override;

  private:
    ndjson::LineSink m_sink;
    std::string m_lines; ///< not given to the sink before flush(): that writes when it likes
    std::vector<std::size_t> m_ends; ///< of each line in m_lines
    std::deque<Confirmation> m_open; ///< given to the sink, in order
    std::vector<Confirmation> m_confirmed;
    std::vector<Delivery> m_deliveries;
    std::uint64_t m_written = 0;
};

} // namespace tlm::sim
