// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/original.hpp"

#include "common/base/kafka_names.hpp"
#include "common/ops/log.hpp"
#include "tools/replay/kafka_input.hpp"

#include <poll.h>

#include <array>

namespace tlm::replay {

bool Originals::Topic::holds(const Message& message) const
{
    const auto index = static_cast<std::size_t>(message.partition);
    return index < extents.size() && message.offset >= extents[index].low &&
           message.offset < extents[index].high;
}

std::optional<Message> Originals::find(const Message& message)
{
    if (message.partition < 0 || message.offset < 0 || !is_topic_name(message.topic)) {
        return std::nullopt;
    }
    auto found = is_there(message) ? read(message) : std::nullopt;
    if (!found && !m_shutdown.requested()) {
        log::warn("'{}' has no record at offset {} of partition {}: the difference is that to the "
                  "line",
                  message.topic, message.offset, message.partition);
    }
    return found;
}

/// Asks before it reads: what is not there would be waited for.
bool Originals::is_there(const Message& message)
{
    const std::string name(message.topic);
    auto& topic = m_topics.try_emplace(name, m_settings.kafka, name).first->second;
    const auto deadline = m_settings.connect_timeout;
    const int stop_fd = m_shutdown.fd();
    if (!topic.holds(message) && topic.query.exists(deadline, stop_fd).value_or(false)) {
        topic.extents = topic.query.watermarks(deadline, stop_fd).value_or(topic.extents);
    }
    return topic.holds(message);
}

std::optional<Message> Originals::read(const Message& message)
{
    constexpr int kTurn = 500;
    auto settings = m_settings;
    settings.topic = message.topic;
    settings.follow = false;
    KafkaInput input(settings,
                     {{message.partition, message.offset, message.offset + 1, message.offset,
                       message.offset + 1}},
                     true);
    Message found;
    for (auto next = input.next(found); next != MessageSource::Next::finished;
         next = input.next(found)) {
        if (next == MessageSource::Next::message) {
            m_line.clear();
            append_message(m_line, found); // it must outlive the input
            return std::get<Message>(m_reader.read(m_line));
        }
        if (m_shutdown.requested()) {
            break;
        }
        input.check(std::chrono::steady_clock::now());
        std::array fds{pollfd{m_shutdown.fd(), POLLIN, 0}, pollfd{input.wake_fd(), POLLIN, 0}};
        static_cast<void>(::poll(fds.data(), fds.size(), kTurn));
    }
    return std::nullopt;
}

} // namespace tlm::replay
