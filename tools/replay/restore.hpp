// SPDX-License-Identifier: Apache-2.0
// From a dead letter to the record that it was. Pure.
#pragma once

#include "common/record/message.hpp"
#include "tools/replay/refusal.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::replay {

/// Undoes what made dead letters of records: tlm's own headers (tlm-record(5)), those of Spring
/// (`kafka_dlt-*`; `kafka_original-*` and `retry_topic-*` behind topics for retries; `x-original-*`
/// of Spring Cloud Stream) and of Kafka Connect (`__connect.errors.*`). One thread.
class Restorer {
  public:
    /// `to_topic`: where all go; empty: each to the topic that it names.
    Restorer(std::string to_topic, unsigned max_attempts);

    /// Turns topic, partition, timestamp and headers into those of the record; value and key are
    /// the record's already. tlm-attempt stays, so that the next rejection counts on; where nobody
    /// else counts, it is counted here, all that Spring has tried as well. Valid until the next
    /// call.
    [[nodiscard]] std::optional<Refusal> restore(Message& message);

  private:
    void keep_headers(const Message& message, unsigned attempts);

    std::string m_to_topic;
    unsigned m_max_attempts;
    std::string m_attempt;
    std::vector<MessageHeader> m_headers;
};

} // namespace tlm::replay
