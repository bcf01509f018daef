// SPDX-License-Identifier: Apache-2.0
// Where a consumer group is to go on reading, as kafka-consumer-groups shows and takes it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::replay {

/// The next offset that a group is to read of a partition.
struct NewOffset {
    std::string topic;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    std::optional<std::int64_t> old{}; ///< the one before; empty: none was committed

    bool operator==(const NewOffset&) const = default;
};

/// The table that `kafka-consumer-groups --reset-offsets` prints, and a column with the old offset.
[[nodiscard]] std::string reset_table(std::string_view group, std::span<const NewOffset> offsets);

/// The lines that `kafka-consumer-groups --reset-offsets --export` prints: topic,partition,offset.
[[nodiscard]] std::string reset_csv(std::span<const NewOffset> offsets);

/// Reads reset_csv() or what kafka-consumer-groups has exported, of several groups as well: those
/// lines begin with the group, and only those of `group` count. Blank lines are skipped. Throws
/// Error usage that names `file`, the line and what is wrong with it; also for a partition that is
/// named twice.
[[nodiscard]] std::vector<NewOffset> parse_reset_csv(std::string_view text, const std::string& file,
                                                     std::string_view group);

} // namespace tlm::replay
