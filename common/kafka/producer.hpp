// SPDX-License-Identifier: Apache-2.0
// The one producer of a process.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/sink.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/wait.hpp"
#include "common/record/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlm::kafka {

struct ProducerOptions {
    Properties properties{};     ///< at least bootstrap.servers
    std::size_t window = 10'000; ///< messages without a delivery report, at most
    milliseconds linger{5};      ///< how long a batch waits for more
    /// Bytes that the topics take at once (their smallest `max.message.bytes`): batches are kept
    /// below. Empty: wait_until_known() asks, unless `batch.size` is among the properties.
    std::optional<std::uint64_t> largest_batch{};
    /// wake_fd() becomes readable with each delivery report. A wake costs more than a message:
    /// switch it off where collect() is called in ticks.
    bool wake_on_delivery = true;
};

/// Writes to topics, in order within a key: idempotent, acks=all, never gives up on a message that
/// a broker may still take. One thread uses it; several sinks may share it, each with its topic.
///
/// After a fatal error of librdkafka every call throws Error fatal: nothing outstanding is
/// confirmed any more, and only a new process can go on.
class Producer {
  public:
    using TopicId = std::size_t;

    /// Connects in the background. Throws Error usage on properties that are unknown, wrong or
    /// against the promises above.
    explicit Producer(const ProducerOptions& options);
    ~Producer(); ///< drops what is not delivered; never waits for brokers
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;

    /// A topic to write to. The topic need not exist yet; it is never created.
    [[nodiscard]] TopicId open_topic(const std::string& name);

    /// Takes a copy of the message, or returns false when the window is full: collect() and try
    /// again. A message that cannot be produced (too large, no such topic) is taken as well: its
    /// delivery says why it failed. Tickets are the caller's, one series a topic.
    [[nodiscard]] bool produce(TopicId topic, const Output& output, Ticket ticket);

    /// The same for a whole record: null and empty stay two things, headers keep their order. Into
    /// `partition`, or where the key says when that is negative. Without a timestamp, that of the
    /// moment; librdkafka has no way to say 0.
    [[nodiscard]] bool produce(TopicId topic, const Message& message, std::int32_t partition,
                               Ticket ticket);

    /// Appends the deliveries of this topic since the last call; does not block. One broken message
    /// fails alone or with its batch, as the broker decides; `error` begins with Kafka's name of
    /// the error (`MSG_SIZE_TOO_LARGE: ...`).
    void collect(TopicId topic, std::vector<Delivery>& deliveries);

    /// Sends what lingers and waits for up to `deadline` for every delivery report. True when none
    /// is missing.
    [[nodiscard]] bool flush(milliseconds deadline);

    /// Readable when collect() has something; -1 without wake_on_delivery.
    [[nodiscard]] int wake_fd() const noexcept;

    void set_wake_on_delivery(bool on);

    /// True while a broker answers: false after the last one was lost, until one answers again.
    [[nodiscard]] bool connected() const noexcept;

    /// Why no broker answers, as far as that is known: `: ...`, to follow a sentence, or nothing.
    [[nodiscard]] std::string problem() const;

    /// Waits until the brokers know all of `topics`. Throws Error transient, naming the topic or
    /// the brokers, at the deadline (milliseconds::max(): none); `stopped` as soon as `stop_fd`
    /// (-1: none) is readable.
    ///
    /// Before the first message it asks for the limit of the first topic as well, where most is to
    /// go: batches beyond it would be refused whole, though each message would fit. Other topics of
    /// smaller limits may still refuse batches: fitted to these, all would be slow.
    Wait wait_until_known(std::span<const std::string> topics, milliseconds deadline, int stop_fd);

    /// Flushes for up to `deadline`, then ends. Throws Error in_doubt when deliveries are missing.
    void close(milliseconds deadline);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
