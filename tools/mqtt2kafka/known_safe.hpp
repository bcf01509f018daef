// SPDX-License-Identifier: Apache-2.0
// Messages that Kafka has, although the broker was never told.
#pragma once

#include "tools/mqtt2kafka/message.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>

namespace tlm::mqtt2kafka {

/// When a connection is given up with messages that Kafka has confirmed and nothing was written,
/// the broker sends exactly those again, marked as duplicates: remember() them, and take() knows
/// each once. The whole message is compared, and only those are remembered whose acknowledgement
/// certainly never left, so a message that is new is never taken for a known one.
class KnownSafe {
  public:
    void remember(const Message& message);

    /// True when the message is a known one; it is then forgotten.
    [[nodiscard]] bool take(const Message& message);

    void clear() { m_counts.clear(); }

  private:
    [[nodiscard]] const std::string& key_of(const Message& message);

    std::unordered_map<std::string, std::size_t> m_counts; ///< topic, NUL, payload
    std::string m_key;
};

} // namespace tlm::mqtt2kafka
