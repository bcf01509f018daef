// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/kafka_sink.hpp"

#include "common/base/error.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tlm::kafka {

KafkaSink::KafkaSink(std::shared_ptr<Producer> producer, const std::string& topic,
                     milliseconds close_deadline)
    : m_producer(std::move(producer)),
      m_topic(m_producer->open_topic(topic)),
      m_close_deadline(close_deadline)
{}

bool KafkaSink::send(const Output& output, Ticket ticket)
{
    return m_producer->produce(m_topic, output, ticket);
}

void KafkaSink::collect(std::vector<Delivery>& deliveries)
{
    m_producer->collect(m_topic, deliveries);
}

bool KafkaSink::flush(milliseconds deadline)
{
    return m_producer->flush(deadline);
}

void KafkaSink::close()
{
    m_producer->close(m_close_deadline);
    std::vector<Delivery> left;
    collect(left);
    const auto failed = std::find_if(left.begin(), left.end(),
                                     [](const Delivery& delivery) { return !delivery.delivered; });
    if (failed != left.end()) {
        throw fatal_error("Kafka did not take a message: " + failed->error);
    }
}

DeadLetters open_dead_letters(std::shared_ptr<Producer> producer, const std::string& topic)
{
    return {std::make_unique<KafkaSink>(std::move(producer), topic), DeadLetters::Form::record};
}

} // namespace tlm::kafka
