// SPDX-License-Identifier: Apache-2.0
// What a source knows about its partitions; private to this library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace tlm::kafka {

/// Not known yet; -1 is librdkafka's name for the end.
constexpr std::int64_t kNoOffset = std::numeric_limits<std::int64_t>::min();

/// One partition that is read.
struct Slot {
    bool held = false;
    bool ended = false;                ///< its end was seen since it was assigned
    std::int64_t start = kNoOffset;    ///< where it was told to begin, or one of librdkafka's names
    std::int64_t position = kNoOffset; ///< next offset to give; none before the first record

    /// Where reading goes on when the partition is assigned again.
    [[nodiscard]] std::int64_t next() const noexcept { return position >= 0 ? position : start; }
};

/// The partitions held, their positions and the commits that are not written yet. Pure.
class PartitionTable {
  public:
    void hold(std::int32_t partition, std::int64_t start);
    void drop(std::int32_t partition);

    /// Null when the partition is not held.
    [[nodiscard]] Slot* find(std::int32_t partition) noexcept;

    [[nodiscard]] std::vector<std::int32_t> held() const;
    [[nodiscard]] const Slot& operator[](std::int32_t partition) const;

    [[nodiscard]] bool all_ended() const noexcept;

    /// Ignores partitions that are not held and offsets that do not move forward.
    void commit(std::int32_t partition, std::int64_t next_offset);

    /// What to write now; none of it is pending any more.
    [[nodiscard]] std::map<std::int32_t, std::int64_t> take_commits();

    /// What could not be written is pending again, unless it moved on or is no longer held.
    void give_back(const std::map<std::int32_t, std::int64_t>& commits);

    [[nodiscard]] bool has_commits() const noexcept { return !m_commits.empty(); }

  private:
    std::vector<Slot> m_slots; ///< by partition, for they are numbered from 0
    std::map<std::int32_t, std::int64_t> m_commits;
};

} // namespace tlm::kafka
