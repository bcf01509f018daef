// SPDX-License-Identifier: Apache-2.0
#include "tools/store/session.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "tools/store/row_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tlm::store {

namespace {

using Parameters = std::vector<std::optional<std::string>>;

// How long a claimant waits for a transaction that is about to end before it ends it: a healthy one
// holds the lock only from its last statement to the end of its commit.
constexpr auto* kLockTimeout = "SET LOCAL lock_timeout = '3s'";

} // namespace

Session::Session(const pg::ConnectionSettings& settings, const Target& target, Tables tables)
    : m_connection(settings), m_target(target)
{
    find_table(target.table, create_table_sql(target.table), tables);
    check_table(tables);
    if (!target.topic.empty()) {
        find_table(target.offsets, create_offsets_sql(target.offsets), tables);
    }
}

void Session::find_table(const pg::TableName& table, const std::string& create_sql, Tables tables)
{
    const auto doing = fmt::format("look for the table {}", table.quoted());
    const auto exists = [&] {
        const std::array parameters{std::optional{table.quoted()}};
        const auto found =
            m_connection.exec_params("SELECT to_regclass($1) IS NOT NULL", parameters, doing);
        return found.text(0, 0) == "t";
    };
    if (exists()) {
        return;
    }
    if (tables == Tables::keep) {
        throw transient_error(
            fmt::format("PostgreSQL: the table {} is not there any more: bring it back, or stop "
                        "tlm-store and start it again to have it created",
                        table.quoted()));
    }
    // Two instances that start together would both create it: one at a time. The lock belongs to
    // the session, because a transaction that waited for it would not see the table yet.
    m_connection.exec("SELECT pg_advisory_lock(hashtext('tlm-store create'))", doing);
    if (!exists()) {
        m_connection.exec(create_sql, fmt::format("create the table {}", table.quoted()));
        log::info("PostgreSQL: created the table {}", table.quoted());
    }
    m_connection.exec("SELECT pg_advisory_unlock(hashtext('tlm-store create'))", doing);
}

void Session::check_table(Tables tables)
{
    const auto name = m_target.table.quoted();
    const std::array parameters{std::optional{name}};
    const auto found =
        m_connection.exec_params(describe_table_sql(), parameters, "look at the table's columns");
    std::string wrong;
    for (const auto& column : columns()) {
        std::string_view type;
        for (int row = 0; row < found.rows(); ++row) {
            type = found.text(row, 0) == column.name ? found.text(row, 1) : type;
        }
        if (type != column.type) {
            wrong += fmt::format("; column {} is {}, not {}", column.name,
                                 type.empty() ? "missing" : type, column.type);
        }
    }
    for (int row = 0; row < found.rows(); ++row) {
        const bool ours = std::any_of(columns().begin(), columns().end(), [&](const auto& column) {
            return column.name == found.text(row, 0);
        });
        if (!ours && found.text(row, 2) == "t") {
            wrong += fmt::format("; column {} is NOT NULL without a default", found.text(row, 0));
        }
    }
    if (!wrong.empty()) {
        const auto kind = tables == Tables::keep ? ErrorKind::transient : ErrorKind::usage;
        throw Error(kind, fmt::format("--table: {} is not a table that tlm-store can fill{}; see "
                                      "tlm-store(1), TABLES",
                                      name, wrong));
    }
}

std::optional<std::vector<Claim>> Session::claim(std::span<const std::int32_t> partitions,
                                                 const std::string& owner, const Epochs& known)
{
    try {
        return try_claim(partitions, owner, known);
    } catch (const pg::StatementError& error) {
        if (error.failure().sqlstate != pg::kLockNotAvailable || !m_connection.roll_back()) {
            throw;
        }
        const Parameters parameters{m_target.sink, m_target.topic, array_literal(partitions)};
        const auto ended = m_connection.exec_params(evict_sql(m_target.offsets), parameters,
                                                    "end the sessions of hung instances");
        log::warn("{}; ended {} hung session(s) of former owners", error.what(), ended.text(0, 0));
    }
    return try_claim(partitions, owner, known);
}

std::optional<std::vector<Claim>> Session::try_claim(std::span<const std::int32_t> partitions,
                                                     const std::string& owner, const Epochs& known)
{
    constexpr auto* kDoing = "claim partitions";
    Parameters parameters{m_target.sink, m_target.topic, array_literal(partitions)};
    m_connection.exec("BEGIN", kDoing);
    m_connection.exec(kLockTimeout, kDoing);
    m_connection.exec_params(add_partitions_sql(m_target.offsets), parameters, kDoing);
    const auto locked =
        m_connection.exec_params(lock_partitions_sql(m_target.offsets), parameters, kDoing);
    for (int row = 0; row < locked.rows(); ++row) {
        const auto ours = known.find(static_cast<std::int32_t>(locked.integer(row, 0)));
        if (ours != known.end() && locked.integer(row, 1) > ours->second) {
            m_connection.exec("ROLLBACK", kDoing);
            return std::nullopt;
        }
    }
    parameters.emplace_back(owner);
    const auto rows = m_connection.exec_params(claim_sql(m_target.offsets), parameters, kDoing);
    std::vector<Claim> claims;
    claims.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
        claims.push_back(
            {static_cast<std::int32_t>(rows.integer(row, 0)), rows.integer(row, 1),
             rows.is_null(row, 2) ? std::nullopt : std::optional{rows.integer(row, 2)}});
    }
    m_connection.exec("COMMIT", kDoing);
    if (claims.size() != partitions.size()) {
        throw fatal_error(fmt::format("PostgreSQL: claimed {} of {} partitions: does a rule or a "
                                      "trigger change {}?",
                                      claims.size(), partitions.size(), m_target.offsets.quoted()));
    }
    return claims;
}

std::optional<bool> Session::committed(const std::string& transaction_id)
try {
    const std::array parameters{std::optional{transaction_id}};
    const auto answer = m_connection.exec_params("SELECT pg_xact_status($1::xid8)", parameters,
                                                 "ask what became of the last transaction");
    const auto status = answer.text(0, 0);
    if (status == "in progress") {
        return std::nullopt;
    }
    if (answer.is_null(0, 0)) {
        throw fatal_error("PostgreSQL does not remember the last transaction any more: whether its "
                          "rows were stored must be looked up by hand");
    }
    return status == "committed";

} catch (const pg::StatementError& error) {
    // A server that crashed before it wrote anything of the transaction has not given its number
    // out yet: "transaction ID ... is in the future".
    if (error.failure().sqlstate != pg::kInvalidParameter) {
        throw;
    }
    return false;
}

} // namespace tlm::store
