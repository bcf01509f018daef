// SPDX-License-Identifier: Apache-2.0
// A topic as a source.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/source.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/wait.hpp"
#include "common/record/header.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlm::kafka {

/// Where a partition begins when nobody knows an offset for it.
struct Start {
    enum class At { beginning, end, time };

    At at = At::beginning;
    EpochMs time = 0; ///< with At::time: the first record stamped then or later, else the end
};

/// Told about the partitions of a source, on the thread that calls poll() or close(). What it
/// throws comes out of that call.
class PartitionListener {
  public:
    PartitionListener() = default;
    PartitionListener(const PartitionListener&) = delete;
    PartitionListener& operator=(const PartitionListener&) = delete;
    virtual ~PartitionListener() = default;

    /// These partitions are now ours. Returns as many offsets to begin at; an empty one leaves it
    /// to the group's committed offset, and where there is none to Start.
    virtual std::vector<std::optional<std::int64_t>>
    on_assigned(std::span<const std::int32_t> partitions) = 0;

    /// These partitions are no longer ours when this returns. Finish and commit() what is ready:
    /// it is written at once. `lost`: another member may own them already, committing is too late.
    virtual void on_revoked(std::span<const std::int32_t> partitions, bool lost) = 0;
};

struct SourceOptions {
    Properties properties{}; ///< at least bootstrap.servers
    std::string topic{};
    std::string group{};  ///< empty: read every partition, without a group and without memory
    std::string member{}; ///< group.instance.id: a restart within the session is no rebalance
    Start start{};
    bool stop_at_end = false; ///< finished once every partition has been read to its end
    /// Records that retention deleted before they were read: go on at the oldest, log and count
    /// them (lost_records()); otherwise poll() throws Error fatal.
    bool skip_gaps = false;
    milliseconds commit_interval{1000};
    milliseconds partition_refresh{10'000}; ///< without a group: how often to look for new ones
};

/// One partition as the source sees it.
struct PartitionState {
    std::int32_t partition = 0;
    std::int64_t position = -1; ///< next offset that poll() will give; -1: not known yet
    std::int64_t high = -1;     ///< end of the partition at the last answer; -1: not known yet
    bool at_end = false;        ///< nothing to read at the broker's last answer
};

/// Reads one topic, as a member of a consumer group or all of it. One thread uses it. Values are
/// not copied: each Input points into librdkafka's buffers until the next poll().
///
/// Keep calling poll(), also while paused: a group takes the partitions from a member that has not
/// called for max.poll.interval.ms.
class KafkaSource final : public Source {
  public:
    /// Connects in the background. `listener` may be null; it must outlive the source. Throws Error
    /// usage on properties that are unknown, wrong or against the above.
    explicit KafkaSource(const SourceOptions& options, PartitionListener* listener = nullptr);
    ~KafkaSource() override; ///< never waits for brokers

    /// Throws Error fatal on errors that only a restart can mend, Error usage on those it cannot
    /// (not authorised).
    SourceState poll(std::vector<Input>& batch, std::size_t max, milliseconds wait) override;

    /// Written to the group in the background, at most every commit_interval, and at close().
    /// Ignored without a group.
    void commit(std::int32_t partition, std::int64_t next_offset) override;

    [[nodiscard]] int wake_fd() const override;

    /// Leaves the group after writing what commit() left pending. Takes at most about 4 s when the
    /// brokers are dead, then throws Error transient when a commit is missing.
    void close() override;

    /// While paused poll() gives nothing but keeps the membership. What poll() gave before stays.
    void pause();
    void resume();
    [[nodiscard]] bool paused() const noexcept;

    /// Replaces `headers` by those of the item `index` of the last batch.
    void headers(std::size_t index, std::vector<Header>& headers) const;

    /// The partitions held now.
    [[nodiscard]] std::vector<PartitionState> partitions() const;

    /// Records not read yet, over all partitions held, as of the brokers' last answers. A partition
    /// that began at the group's committed offset counts from its first record on.
    [[nodiscard]] std::int64_t lag() const;

    /// Records that were gone before they could be read; see SourceOptions::skip_gaps.
    [[nodiscard]] std::uint64_t lost_records() const noexcept;

    /// True while a broker answers: false after the last one was lost, until one answers again.
    [[nodiscard]] bool connected() const noexcept;

    /// Like Producer::wait_until_known(), for this topic.
    Wait wait_until_known(milliseconds deadline, int stop_fd);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
