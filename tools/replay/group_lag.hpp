// SPDX-License-Identifier: Apache-2.0
// How far a consumer group is behind. Pure.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlm::replay {

/// One partition, as seen by a group at one moment.
struct GroupLag {
    std::string topic;
    std::int32_t partition = 0;
    std::optional<std::int64_t> committed; ///< the next offset to read; none: nothing committed
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::optional<EpochMs> oldest; ///< the timestamp of the first record not read, where known
    std::string client_id;         ///< who reads it; empty: nobody
    std::string host;

    /// Offsets between what is committed and the end; holes among them hold no record. Negative
    /// where the group stands beyond the end. Empty where nothing is committed.
    [[nodiscard]] std::optional<std::int64_t> offsets() const noexcept;

    /// The first offset that is still to be read and still there. Empty when there is none.
    [[nodiscard]] std::optional<std::int64_t> next() const noexcept;

    /// The partition was truncated or made anew: the group has read what is no longer there.
    [[nodiscard]] bool beyond_end() const noexcept { return committed && *committed > high; }

    /// For how long the oldest record not read has been waiting; 0 when all is read, empty where
    /// that is not known.
    [[nodiscard]] std::optional<milliseconds> time(EpochMs now) const noexcept;
};

/// The table of `kafka-consumer-groups --describe`, with the lag in seconds beside that in offsets.
[[nodiscard]] std::string lag_table(std::string_view group, std::span<const GroupLag> lags,
                                    EpochMs now);

/// The same as JSON, a line a partition; what is not known is null.
[[nodiscard]] std::string lag_lines(std::string_view group, std::span<const GroupLag> lags,
                                    EpochMs now);

} // namespace tlm::replay
