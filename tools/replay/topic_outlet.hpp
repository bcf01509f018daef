// SPDX-License-Identifier: Apache-2.0
// Records into topics, or what would become of them.
#pragma once

#include "common/flow/offset_ledger.hpp"
#include "common/flow/sink.hpp"
#include "common/kafka/producer.hpp"
#include "tools/replay/checkpoint_file.hpp"
#include "tools/replay/outlet.hpp"
#include "tools/replay/refusal.hpp"
#include "tools/replay/restore.hpp"
#include "tools/replay/rewrite.hpp"
#include "tools/replay/settings.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::replay {

/// Writes records to the topic of --to-topic, or with a Restorer each to the one it came from.
/// Without --execute it judges and counts only. At least once: after a crash what a checkpoint does
/// not know to be written is written again.
class TopicOutlet final : public Outlet {
  public:
    /// `checkpoint`: what another run has left, or a new one; null: none is kept. `stop_fd` ends
    /// waiting for brokers.
    TopicOutlet(const Settings& settings, std::string id, Checkpoint* checkpoint,
                Refusals& refusals, int stop_fd);

    /// Before anything is written: throws Error usage when the topic has fewer than `partitions`.
    /// False when a stop was requested.
    [[nodiscard]] bool require_partitions(const std::string& topic, std::int32_t partitions);

    [[nodiscard]] bool write(const Message& message, Place place) override;
    void serve(milliseconds wait) override;

    /// Waits until all is confirmed. Throws Error in_doubt when Kafka does not confirm it in time.
    void close() override;

    struct Count {
        std::string topic;
        std::uint64_t records;
    };

    /// Records written, or that would be, by topic.
    [[nodiscard]] std::vector<Count> counts() const;

    /// Told of each record that is confirmed.
    std::function<void(std::string_view receipt)> on_receipt{};

    /// Told of each record before it is written: as it was and as it will be.
    std::function<void(const Message& before, const Message& after)> on_rewrite{};

    /// Called before the checkpoint is written.
    std::function<void()> before_checkpoint{};

  private:
    struct Target {
        kafka::Producer::TopicId id = 0;
        TopicRules rules;
        Monotonic looked_at{}; ///< when its partitions were counted last
        std::uint64_t records = 0;
    };

    using Targets = std::map<std::string, Target, std::less<>>;

    /// A record that is on its way.
    struct Sent {
        Place place;
        Targets::iterator target;
        std::string_view topic; ///< it stood in, one of m_names
        std::int32_t partition = 0;
        std::int64_t offset = 0;
        bool large = false; ///< refused unless it is small enough compressed
        bool confirmed = false;
    };

    [[nodiscard]] Targets::iterator find_target(std::string_view topic);
    [[nodiscard]] bool look_again(Targets::iterator target);
    void open(Targets::iterator target);
    void settle();
    void finish();
    [[nodiscard]] std::string name_of(const Sent& sent) const;
    void confirm(const Delivery& delivery);
    void keep_checkpoint(bool now);
    [[nodiscard]] std::string_view keep_name(std::string_view name);

    const Settings& m_settings;
    Checkpoint* m_checkpoint;
    Refusals& m_refusals;
    int m_stop_fd;
    std::unique_ptr<kafka::Producer> m_producer;  ///< null until a topic is known, and in a dry run
    std::optional<std::uint64_t> m_largest_batch; ///< that it makes
    std::optional<Restorer> m_restorer;
    Rewriter m_rewriter;
    Targets m_targets;
    std::deque<std::string> m_names; ///< of topics read, each once
    std::deque<Sent> m_sent;         ///< from ticket m_first on
    Ticket m_first = 1;
    std::size_t m_outstanding = 0;
    OffsetLedger m_ledger;
    std::uint64_t m_records_before; ///< done by earlier runs, says the checkpoint
    std::vector<Delivery> m_deliveries;
    Monotonic m_last_delivery;
    Monotonic m_next_checkpoint{};
    std::size_t m_unsettled = 0; ///< records since the last settle()
    std::string m_failure;       ///< of the first record that Kafka refused
};

} // namespace tlm::replay
