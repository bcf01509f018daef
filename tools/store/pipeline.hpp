// SPDX-License-Identifier: Apache-2.0
// The loop of tlm-store: a source, the batch that fills, the writer, the dead letters.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/flow/dead_letters.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/ops/health.hpp"
#include "common/ops/sd_notify.hpp"
#include "common/ops/signals.hpp"
#include "common/record/record.hpp"
#include "tools/store/store_metrics.hpp"
#include "tools/store/writer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace tlm::store {

struct PipelineSettings {
    WriterSettings writer;
    std::size_t max_rows = 50'000;
    std::size_t max_bytes = 32U << 20U;
    milliseconds max_delay{500};
    milliseconds drain_timeout{10'000};
    milliseconds connect_timeout{30'000}; ///< files only: how long to wait for servers at first
    std::vector<std::string> files{"-"};  ///< names of the inputs, `-` is stdin; not for Kafka
    bool strict = false;
};

/// Waits until a topic is known, as KafkaSource::wait_until_known() does.
using WaitForTopic = std::function<kafka::Wait(milliseconds deadline, int stop_fd)>;

/// Everything around the loop that it does not own.
struct Surroundings {
    ops::Shutdown& shutdown;
    ops::Health& health;
    ops::SdNotify& notify;
    StoreMetrics& metrics;
    DeadLetters& letters;
    WaitForTopic letters_topic; ///< where they go; empty: not to Kafka
};

/// Opens the topic; called again when the database went back and the topic must be re-read.
using OpenTopic =
    std::function<std::unique_ptr<kafka::KafkaSource>(kafka::PartitionListener* listener)>;

/// Reads until the end of the input or a request to stop, and stores what it read. Used by one
/// thread, on which the listeners are called as well.
class Pipeline final : private WriterListener, private kafka::PartitionListener {
  public:
    Pipeline(PipelineSettings settings, Surroundings surroundings);

    /// Files or stdin: 0 or 3 at the end. Throws Error when a server does not answer at first, and
    /// in_doubt when dead letters cannot be delivered until the deadline of a stop.
    [[nodiscard]] ExitStatus run(Source& source);

    /// Kafka: until it is asked to stop. Waits for servers without limit.
    [[nodiscard]] ExitStatus run(const OpenTopic& open_topic);

  private:
    // WriterListener
    void on_stored(const Batch& batch, std::span<const std::uint32_t> rows,
                   std::span<const Advance> advances, milliseconds took) override;
    void on_refused(const Batch& batch, const Batch::Row& row, const Reject& reject) override;
    bool letters_confirmed() override;
    void on_position_lost(bool fenced) override;

    // kafka::PartitionListener
    std::vector<std::optional<std::int64_t>>
    on_assigned(std::span<const std::int32_t> partitions) override;
    void on_revoked(std::span<const std::int32_t> partitions, bool lost) override;

    [[nodiscard]] bool wait_for_servers(const WaitForTopic& source_topic,
                                        std::optional<Monotonic> deadline);
    [[nodiscard]] bool attempt(const std::function<bool()>& once,
                               std::optional<Monotonic> deadline);
    [[nodiscard]] bool connect(std::optional<Monotonic> deadline);
    void start();
    [[nodiscard]] ExitStatus loop();
    [[nodiscard]] ExitStatus finish();
    void heed_stop(Monotonic now);
    void read(Monotonic now);
    void judge(const Input& input);
    void hand_over(Monotonic now);
    void pause_or_resume();
    void wait(Monotonic now);
    void wait_for_next_attempt();
    void report(Monotonic now);
    void count();
    [[nodiscard]] bool nothing_to_do() const noexcept;
    void send(DeadLetter& letter);
    void reject(const Input& input, const Reject& reject);
    void describe_source(DeadLetter& letter, std::int32_t partition, std::int64_t offset) const;
    void reopen();
    void close_topic();

    [[nodiscard]] bool full() const noexcept;
    [[nodiscard]] bool due(Monotonic now) const noexcept;

    [[nodiscard]] bool reading() const noexcept { return !m_finished && !m_deadline; }

    PipelineSettings m_settings;
    Surroundings m_around;
    Writer m_writer;
    RecordReader m_reader;
    Source* m_source = nullptr;
    std::unique_ptr<kafka::KafkaSource> m_kafka; ///< null for files
    OpenTopic m_open_topic;

    Batch m_filling;
    Monotonic m_filling_since{};
    std::vector<Input> m_inputs;
    std::optional<Monotonic> m_deadline; ///< set once a stop is requested
    std::optional<Monotonic> m_fenced_at;
    bool m_finished = false;     ///< the input has ended
    bool m_more_waiting = false; ///< the last poll gave all it was asked for
    bool m_reopen = false;
    std::uint64_t m_rejected = 0;

    Ticket m_next_ticket = 1;
    std::uint64_t m_letters_open = 0;
    std::vector<Delivery> m_deliveries;
    Monotonic m_moved_at{}; ///< something was stored or confirmed, or there was nothing to do
    Monotonic m_next_report{};
    std::uint64_t m_lost_before = 0; ///< by the topic's earlier openings
};

} // namespace tlm::store
