// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/original.hpp"

#include "common/base/kafka_names.hpp"
#include "tools/replay/kafka_input.hpp"

#include <poll.h>

#include <array>

namespace tlm::replay {

std::optional<Message> Originals::find(const Message& message)
{
    constexpr int kTurn = 500;
    if (message.partition < 0 || message.offset < 0 || !is_topic_name(message.topic)) {
        return std::nullopt;
    }
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
