// SPDX-License-Identifier: Apache-2.0
// The consumer behind KafkaSource; private to this library.
#pragma once

#include "common/base/backoff.hpp"
#include "common/base/time.hpp"
#include "common/kafka/client.hpp"
#include "common/kafka/handles.hpp"
#include "common/kafka/kafka_source.hpp"
#include "common/kafka/partition_table.hpp"
#include "common/ops/random.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tlm::kafka {

/// The members have the contracts that KafkaSource states. Built on librdkafka's event queue: no
/// callback runs on a C frame, and exactly one queue carries records, rebalances and errors.
class Consumer {
  public:
    Consumer(const SourceOptions& options, PartitionListener* listener);
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    SourceState poll(std::vector<Input>& batch, std::size_t max, milliseconds wait);
    void commit(std::int32_t partition, std::int64_t next_offset);

    [[nodiscard]] int wake_fd() const noexcept { return m_wake.fd(); }

    void close();
    void pause();
    void resume();

    [[nodiscard]] bool paused() const noexcept { return m_paused; }

    void headers(std::size_t index, std::vector<Header>& headers) const;
    [[nodiscard]] std::vector<PartitionState> partitions() const;

    [[nodiscard]] std::uint64_t lost_records() const noexcept { return m_lost_records; }

    [[nodiscard]] bool connected() const noexcept { return m_state->connected(); }

    Wait wait_until_known(milliseconds deadline, int stop_fd);

  private:
    [[nodiscard]] bool in_group() const noexcept { return !m_options.group.empty(); }

    void subscribe();
    void housekeeping(milliseconds wait);
    [[nodiscard]] bool handle(Event event, std::vector<Input>& batch);
    void take_record(Event event, std::vector<Input>& batch);

    // consumer_partitions.cpp: which partitions, from where.
    void on_rebalance(rd_kafka_event_t* event);
    void on_assigned(const std::vector<std::int32_t>& partitions);
    void on_revoked(const std::vector<std::int32_t>& partitions, bool lost);
    void look_for_partitions(milliseconds wait);
    void hold(const std::vector<std::int32_t>& partitions);
    void begin_reading();
    [[nodiscard]] bool find_starts(std::map<std::int32_t, std::int64_t>& starts) const;
    [[nodiscard]] bool ask_for_offsets(std::map<std::int32_t, std::int64_t>& times) const;
    void assign(const std::vector<std::int32_t>& partitions);
    void resume_held() noexcept;
    void on_jump(std::int32_t partition, std::int64_t expected, std::int64_t found);

    // consumer_commits.cpp
    void start_commit();
    void on_committed(rd_kafka_event_t* event);
    [[nodiscard]] bool commit_now(milliseconds deadline);

    void on_error(rd_kafka_event_t* event);

    SourceOptions m_options;
    PartitionListener* m_listener;
    std::unique_ptr<ClientState> m_state;
    Wake m_wake;
    ClientHandle m_client; ///< its threads use the two above
    Queue m_queue;

    PartitionTable m_table;
    std::vector<Event> m_held;                         ///< what the last batch points into
    std::vector<const rd_kafka_message_t*> m_messages; ///< of the last batch, by index
    Event m_waiting;         ///< a rebalance that came behind records of the same batch
    Monotonic m_next_commit; ///< not before
    Monotonic m_close_deadline = Monotonic::max();
    Monotonic m_next_look;  ///< for new partitions, without a group
    Monotonic m_next_begin; ///< while m_to_begin: when to ask again
    Backoff m_backoff{milliseconds{500}, milliseconds{8'000}}; ///< of that
    ops::Jitter m_jitter;
    std::map<std::int32_t, std::int64_t> m_committing;
    std::uint64_t m_lost_records = 0;
    bool m_assigned = false; ///< librdkafka reads what is held
    bool m_to_begin = false; ///< something is held, but not where it begins
    bool m_paused = false;
    bool m_closed = false;
    bool m_left_group = false;
    bool m_commit_unanswered = false;
    bool m_commits_lost = false; ///< the last revocation came before they were written
};

} // namespace tlm::kafka
