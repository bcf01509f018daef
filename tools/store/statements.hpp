// SPDX-License-Identifier: Apache-2.0
// The SQL that tlm-store runs, as text.
#pragma once

#include "common/pgwire/identifier.hpp"
#include "tools/store/batch.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tlm::store {

/// The tables, and whose offsets these are.
struct Target {
    pg::TableName table;   ///< rows
    pg::TableName offsets; ///< next offsets and epochs, one row a partition
    std::string sink;      ///< the consumer group
    std::string topic;     ///< empty: reading files, no offsets
};

/// One partition with the epoch that we claimed it with.
struct ClaimedAdvance {
    Advance advance;
    std::int64_t epoch = 0;
};

/// The telemetry table and its indexes.
[[nodiscard]] std::string create_table_sql(const pg::TableName& table);

[[nodiscard]] std::string create_offsets_sql(const pg::TableName& offsets);

/// Gives name and type of each column of a table; nothing when there is no such table. $1: name.
[[nodiscard]] std::string describe_table_sql();

/// Rows for partitions that have none. $1 sink, $2 topic, $3 partitions as an array.
[[nodiscard]] std::string add_partitions_sql(const pg::TableName& offsets);

/// Waits until nobody else writes to these partitions, in one order for everybody so that two
/// claimants cannot deadlock. Gives part, epoch. $1 sink, $2 topic, $3 partitions.
[[nodiscard]] std::string lock_partitions_sql(const pg::TableName& offsets);

/// Makes the partitions ours: their epoch grows, so that every transaction begun under an older one
/// fails. Gives part, epoch, next_offset. $1 sink, $2 topic, $3 partitions, $4 owner.
[[nodiscard]] std::string claim_sql(const pg::TableName& offsets);

/// Ends the backends that hold these partitions and are still the ones that claimed them: a
/// claimant waits for such a one only when it hangs. $1 sink, $2 topic, $3 partitions.
[[nodiscard]] std::string evict_sql(const pg::TableName& offsets);

/// `{1,2,3}`.
[[nodiscard]] std::string array_literal(std::span<const std::int32_t> partitions);

/// The one query string of a transaction that stores rows and moves offsets. It fails with
/// pg::kFencedState when one of the partitions is not ours any more or is further than these
/// rows begin, which would store them twice.
[[nodiscard]] std::string write_sql(const Target& target, std::span<const ClaimedAdvance> advances);

/// The same without offsets, and with the transaction's id as the only answer.
[[nodiscard]] std::string write_sql(const Target& target);

} // namespace tlm::store
