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
    /// What to do about tables that are missing or wrong.
    enum class Tables : std::uint8_t {
        create, ///< make those that are missing; Error usage when one that is there does not fit
        keep,   ///< make none: Error transient until somebody has repaired them
    };

    /// Connects and looks whether the tables' columns are what we write.
    Session(const pg::ConnectionSettings& settings, const Target& target, Tables tables);

    /// The epoch that each partition was claimed with.
    using Epochs = std::map<std::int32_t, std::int64_t>;

    /// Claims the partitions, evicting a backend that keeps one of them locked for longer than a
    /// moment.
    /// Empty, with nothing changed, when one of them has an epoch beyond the one in `known`: then
    /// somebody else has claimed it since.
    [[nodiscard]] std::optional<std::vector<Claim>> claim(std::span<const std::int32_t> partitions,
                                                          const std::string& owner,
                                                          const Epochs& known = {});

    /// Whether a transaction was committed; empty while it is still running.
    [[nodiscard]] std::optional<bool> committed(const std::string& transaction_id);

    [[nodiscard]] pg::Connection& connection() noexcept { return m_connection; }

  private:
    void find_table(const pg::TableName& table, const std::string& create_sql, Tables tables);
    void check_table(Tables tables);
    [[nodiscard]] std::optional<std::vector<Claim>>
    try_claim(std::span<const std::int32_t> partitions, const std::string& owner,
              const Epochs& known);

    pg::Connection m_connection;
    const Target& m_target;
};

} // namespace tlm::store
