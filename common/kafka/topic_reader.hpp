// SPDX-License-Identifier: Apache-2.0
// Reads given offsets of a topic and stops there.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"
#include "common/record/message.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tlm::kafka {

/// Offsets of one partition.
struct ReadRange {
    static constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

    std::int32_t partition = 0;
    std::int64_t begin = 0;
    std::int64_t end = kNoEnd; ///< not read itself; kNoEnd: whatever comes, for ever
};

/// Reads ranges of partitions, each a lane of its own with a buffer of its own in librdkafka, so
/// that a lane which nobody takes from stops being fetched and the others go on. No group, no
/// commits, no memory of what was read. Only committed records are given, unless the properties set
/// isolation.level.
///
/// A lane with an end always gets there while the brokers answer: it is done when something at or
/// beyond its end was seen, or the end of the partition, whatever holes compaction and transactions
/// left. One thread. Nothing is copied: a message points into librdkafka's buffers.
class TopicReader {
  public:
    enum class Look {
        message, ///< front() has it
        waiting, ///< nothing yet
        at_end,  ///< a lane without an end has given all there is now
        done,    ///< nothing will come any more
    };

    /// Begins reading at once. `memory`: bytes to buffer over all lanes, more or less; where there
    /// are lanes without an end, to which others may come, each has a sixteenth at most. Throws
    /// Error usage on properties that are unknown, wrong or against the above.
    TopicReader(const Properties& properties, std::string topic, std::span<const ReadRange> ranges,
                std::size_t memory = kDefaultMemory);
    ~TopicReader(); ///< never waits for brokers
    TopicReader(const TopicReader&) = delete;
    TopicReader& operator=(const TopicReader&) = delete;

    /// Reads one partition more, as the lane behind the last. Throws Error fatal when librdkafka
    /// does not.
    void add(const ReadRange& range);

    /// How many partitions the topic has; nothing when no broker says so within `deadline`, for
    /// which it waits. Throws Error usage when they do not let us know.
    [[nodiscard]] std::optional<std::int32_t> partitions(milliseconds deadline) const;

    /// Before a round of look(): empties wake_fd() and hears what librdkafka has to say. Throws
    /// Error fatal or usage when it cannot go on.
    void serve();

    /// What the lane, an index into the ranges, has; does not wait.
    [[nodiscard]] Look look(std::size_t lane);

    /// The message of a lane whose look() has one. Valid until pop(); its headers, which are taken
    /// apart only where they are wanted, until the next front().
    [[nodiscard]] Message front(std::size_t lane, bool with_headers);

    /// Lets the message of the lane go.
    void pop(std::size_t lane);

    /// Readable when look() of a lane that was waiting may have something.
    [[nodiscard]] int wake_fd() const noexcept;

    /// The next offset of a lane.
    [[nodiscard]] std::int64_t position(std::size_t lane) const;

    /// Offsets that retention deleted before they could be read.
    [[nodiscard]] std::uint64_t deleted() const noexcept;

    /// Offsets of ranges that lie beyond an end to which a partition was truncated.
    [[nodiscard]] std::uint64_t truncated() const noexcept;

    /// For a lane that has been waiting: when its partition ends before its range does, finishes it
    /// and counts the rest as truncated. False when it does not, or the brokers do not answer, for
    /// whom it waits some seconds. Not at once, because a new leader may show the last records only
    /// when its followers have them.
    [[nodiscard]] bool end_early(std::size_t lane);

    /// For a reader that is waiting: throws Error fatal when its topic was deleted, or made anew
    /// with fewer partitions than are read. Asks a broker, for up to a second, only where
    /// librdkafka has said so: 2.0.2 does, 2.16 does not.
    void require_topic();

    /// For whoever has found out otherwise that the topic was deleted: throws Error fatal.
    [[noreturn]] void end_without_topic();

  private:
    static constexpr std::size_t kDefaultMemory = 256ULL * 1024 * 1024;

    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
