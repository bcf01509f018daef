// SPDX-License-Identifier: Apache-2.0
// What tlm-store asks of PostgreSQL.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/store/statements.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlm::store {

/// A partition that is ours from this epoch on.
struct Claim {
    std::int32_t partition = 0;
    std::int64_t epoch = 0;
    std::optional<std::int64_t> next; ///< empty: nothing of it was ever stored
};

/// One connection with the tables in order. All calls wait for their answers, within the
/// connection's time limit; what they throw is Error as of pg::Connection.
class Session {
  public:
    /// Connects, creates the tables that are missing, and checks those that are there: Error usage
    /// when their columns are not what we write.
    Session(const pg::ConnectionSettings& settings, const Target& target);

    /// The epoch that each partition was claimed with.
    using Epochs = std::map<std::int32_t, std::int64_t>;

    /// Claims the partitions, evicting a backend that holds one of them for longer than a moment.
    /// Empty, with nothing changed, when one of them has an epoch beyond the one in `known`: then
    /// somebody else has claimed it since.
    [[nodiscard]] std::optional<std::vector<Claim>> claim(std::span<const std::int32_t> partitions,
                                                          const std::string& owner,
                                                          const Epochs& known = {});

    /// Whether a transaction was committed; empty while it is still running.
    [[nodiscard]] std::optional<bool> committed(const std::string& transaction_id);

    [[nodiscard]] pg::Connection& connection() noexcept { return m_connection; }

  private:
    void ensure_table(const pg::TableName& table, const std::string& create_sql);
    void check_table();
    [[nodiscard]] std::optional<std::vector<Claim>>
    try_claim(std::span<const std::int32_t> partitions, const std::string& owner,
              const Epochs& known);

    pg::Connection m_connection;
    const Target& m_target;
};

} // namespace tlm::store
