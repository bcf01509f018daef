// SPDX-License-Identifier: Apache-2.0
// A topic as a sink.
#pragma once

#include "common/flow/dead_letters.hpp"
#include "common/flow/sink.hpp"
#include "common/kafka/producer.hpp"

#include <memory>
#include <string>

namespace tlm::kafka {

/// Writes to one topic of a producer that other sinks may share. The guarantees are those of
/// Producer; flush() and close() wait for all topics of it.
class KafkaSink final : public Sink {
  public:
    KafkaSink(std::shared_ptr<Producer> producer, const std::string& topic,
              milliseconds close_deadline = milliseconds{10'000});

    [[nodiscard]] bool send(const Output& output, Ticket ticket) override;
    void collect(std::vector<Delivery>& deliveries) override;
    [[nodiscard]] bool flush(milliseconds deadline) override;

    /// Throws Error in_doubt when the producer misses a delivery at the deadline, Error fatal when
    /// one failed here that nobody has collected. The producer goes on for its other sinks.
    void close() override;

  private:
    std::shared_ptr<Producer> m_producer;
    Producer::TopicId m_topic;
    milliseconds m_close_deadline;
};

/// Dead letters as records of a topic.
[[nodiscard]] DeadLetters open_dead_letters(std::shared_ptr<Producer> producer,
                                            const std::string& topic);

} // namespace tlm::kafka
