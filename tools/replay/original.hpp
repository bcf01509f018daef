// SPDX-License-Identifier: Apache-2.0
// A record that a line says it was, as it stands in Kafka.
#pragma once

#include "common/ops/signals.hpp"
#include "common/record/message_reader.hpp"
#include "tools/replay/settings.hpp"

#include <optional>
#include <string>

namespace tlm::replay {

/// Looks records up one by one: for a person's eyes, not for millions.
class Originals {
  public:
    Originals(const Settings& settings, const ops::Shutdown& shutdown)
        : m_settings(settings), m_shutdown(shutdown)
    {}

    /// The record at the message's topic, partition and offset; empty when there is none, or none
    /// is named. Valid until the next call. Throws Error transient when Kafka does not answer.
    [[nodiscard]] std::optional<Message> find(const Message& message);

  private:
    const Settings& m_settings;
    const ops::Shutdown& m_shutdown;
    std::string m_line;
    MessageReader m_reader;
};

} // namespace tlm::replay
