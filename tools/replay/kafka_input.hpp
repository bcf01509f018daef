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
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace tlm::replay {

/// Reads what is planned, merged over its partitions; with --follow on from its ends, and what
/// partitions hold that the topic gets meanwhile.
class KafkaInput final : public MessageSource {
  public:
    /// `partitions`: how many the topic had when that was planned; --follow looks for those behind,
    /// by default for none.
    KafkaInput(const Settings& settings, std::vector<PartitionPlan> plans, bool with_headers,
               std::int32_t partitions = std::numeric_limits<std::int32_t>::max());

    /// Told of each partition that is read although it was not planned.
    std::function<void(const PartitionPlan&)> on_new_partition{};

    [[nodiscard]] Next next(Message& message) override;

    [[nodiscard]] Place place() const override { return m_place; }

    [[nodiscard]] int wake_fd() const override { return m_reader.wake_fd(); }

    [[nodiscard]] Gone gone() const override { return {m_reader.deleted(), m_reader.truncated()}; }

    /// With --follow looks for new partitions every ten seconds.
    void turn(Monotonic now) override;

    /// When a bounded replay has had nothing for the time-out: with brokers that answer there is
    /// always a record, or the end of the partition. Gives up partitions that end before their
    /// range does; throws when there are none.
    void check(Monotonic now) override;

    [[nodiscard]] std::int64_t passed() const override;

    [[nodiscard]] std::int64_t total() const override { return m_follow ? 0 : offsets_in(m_plans); }

  private:
    void add(const PartitionPlan& plan);
    void release();
    void refresh();
    bool feed(std::size_t lane);
    [[nodiscard]] bool in_time(const Message& message) const noexcept;

    std::string m_topic;
    milliseconds m_patience;
    bool m_follow;
    bool m_with_headers;
    Ranges m_ranges;
    std::int32_t m_partitions; ///< known so far
    Monotonic m_next_look{};
    bool m_seems_gone = false;
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
