// SPDX-License-Identifier: Apache-2.0
// A planned part of a topic as a source.
#pragma once

#include "common/kafka/topic_reader.hpp"
#include "tools/replay/message_source.hpp"
#include "tools/replay/offset_plan.hpp"
#include "tools/replay/settings.hpp"
#include "tools/replay/time_merge.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tlm::replay {

/// Reads what is planned, merged over its partitions; with --follow on from its ends.
class KafkaInput final : public MessageSource {
  public:
    KafkaInput(const Settings& settings, std::vector<PartitionPlan> plans, bool with_headers);

    [[nodiscard]] Next next(Message& message) override;

    [[nodiscard]] Place place() const override { return m_place; }

    [[nodiscard]] int wake_fd() const override { return m_reader.wake_fd(); }

    [[nodiscard]] Gone gone() const override { return {m_reader.deleted(), m_reader.truncated()}; }

    /// When a bounded replay has had nothing for the time-out: with brokers that answer there is
    /// always a record, or the end of the partition. Gives up partitions that end before their
    /// range does; throws when there are none.
    void check(Monotonic now) override;

    [[nodiscard]] std::int64_t passed() const override;

    [[nodiscard]] std::int64_t total() const override { return m_follow ? 0 : offsets_in(m_plans); }

  private:
    void release();
    void refresh();
    bool feed(std::size_t lane);
    [[nodiscard]] bool in_time(const Message& message) const noexcept;

    std::string m_topic;
    milliseconds m_patience;
    bool m_follow;
    bool m_with_headers;
    std::vector<PartitionPlan> m_plans; ///< by lane
    kafka::TopicReader m_reader;
    TimeMerge m_merge;
    std::vector<bool> m_offered; ///< by lane: has a head in the merge, or is finished
    std::optional<std::size_t> m_current;
    Place m_place;
    std::optional<Monotonic> m_waiting_since;
    std::size_t m_unserved = 0;
};

} // namespace tlm::replay
