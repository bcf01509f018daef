// SPDX-License-Identifier: Apache-2.0
// A record that a line says it was, as it stands in Kafka.
#pragma once

#include "common/kafka/topic_query.hpp"
#include "common/ops/signals.hpp"
#include "common/record/message_reader.hpp"
#include "tools/replay/settings.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tlm::replay {

/// Looks records up one by one: for a person's eyes, not for millions.
class Originals {
  public:
    Originals(const Settings& settings, const ops::Shutdown& shutdown)
        : m_settings(settings), m_shutdown(shutdown)
    {}

    /// The record at the message's topic, partition and offset; empty when none is named, and with
    /// a warning when there is none. Valid until the next call. Throws Error transient when Kafka
    /// does not answer.
    [[nodiscard]] std::optional<Message> find(const Message& message);

  private:
    /// A topic, and what it held when it was asked last.
    struct Topic {
        Topic(const kafka::Properties& properties, const std::string& name)
            : query(properties, name)
        {}

        kafka::TopicQuery query;
        std::vector<kafka::Watermarks> extents;

        [[nodiscard]] bool holds(const Message& message) const;
    };

    [[nodiscard]] bool is_there(const Message& message);
    [[nodiscard]] std::optional<Message> read(const Message& message);

    const Settings& m_settings;
    const ops::Shutdown& m_shutdown;
    std::map<std::string, Topic, std::less<>> m_topics;
    std::string m_line;
    MessageReader m_reader;
};

} // namespace tlm::replay
