// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL, and what its statements answer.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"
#include "common/pgwire/sqlstate.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace tlm::pg {

struct FreeConnection {
    void operator()(pg_conn* connection) const noexcept;
};

struct FreeResult {
    void operator()(pg_result* result) const noexcept;
};

using ConnectionHandle = std::unique_ptr<pg_conn, FreeConnection>;
using ResultHandle = std::unique_ptr<pg_result, FreeResult>;

/// The answer to one statement: rows and columns of text.
class Result {
  public:
    explicit Result(ResultHandle handle) : m_handle(std::move(handle)) {}

    [[nodiscard]] int rows() const noexcept;
    [[nodiscard]] bool is_null(int row, int column) const noexcept;

    /// Valid as long as the result; empty for NULL.
    [[nodiscard]] std::string_view text(int row, int column) const noexcept;

    /// Throws Error fatal when the value is not a whole number: the statement and its reader
    /// disagree.
    [[nodiscard]] std::int64_t integer(int row, int column) const;

  private:
    ResultHandle m_handle;
};

/// A statement that PostgreSQL refused, or that broke with its connection.
class StatementError : public Error {
  public:
    StatementError(ErrorKind kind, const std::string& text, Failure failure)
        : Error(kind, text), m_failure(std::move(failure))
    {}

    [[nodiscard]] const Failure& failure() const noexcept { return m_failure; }

  private:
    Failure m_failure;
};

/// A failure as an Error: transient where waiting or another connection helps, else fatal. `doing`
/// begins the sentence: "claim partitions".
[[nodiscard]] StatementError error_of(const Failure& failure, std::string_view doing);

struct ConnectionSettings {
    std::string conninfo;
    std::string purpose;                  ///< application_name: what pg_stat_activity shows
    milliseconds connect_timeout{5'000};  ///< a host; libpq counts in seconds and from 2
    milliseconds answer_timeout{30'000};  ///< of exec(); a server that hangs is one that is away
    milliseconds network_timeout{15'000}; ///< unacknowledged bytes or silence break the connection
};

/// A connection, with time zone UTC and datestyle ISO, whose notices go to the log. Used by one
/// thread. Settings of the connection string win over those given here.
class Connection {
  public:
    /// Throws Error transient when the server cannot be reached, is starting or has no such
    /// database yet, Error fatal when it refuses us (password, pg_hba.conf, certificate).
    explicit Connection(const ConnectionSettings& settings);

    /// Runs a statement and waits for its answer. Throws error_of() what went wrong, or Error
    /// transient when there is no answer in time: the connection is of no more use then.
    Result exec(const std::string& sql, std::string_view doing);

    /// The same with $1, $2 ...; an empty parameter is NULL.
    Result exec_params(const std::string& sql,
                       std::span<const std::optional<std::string>> parameters,
                       std::string_view doing);

    /// Ends a transaction that failed. False when the connection cannot be used any more.
    [[nodiscard]] bool roll_back() noexcept;

    /// False once libpq knows that the connection is broken.
    [[nodiscard]] bool usable() const noexcept;

    /// The server's host and port as the connection found it, for the log.
    [[nodiscard]] std::string peer() const;

    [[nodiscard]] int socket() const noexcept;

    [[nodiscard]] pg_conn* get() const noexcept { return m_handle.get(); }

  private:
    Result wait_for_answer(std::string_view doing);
    [[nodiscard]] bool wait_readable(Monotonic deadline);
    [[nodiscard]] Error no_answer(std::string_view doing);

    ConnectionHandle m_handle;
    milliseconds m_answer_timeout;
};

/// What a result or, when it is null, the connection says about a failure.
[[nodiscard]] Failure failure_of(const pg_result* result, const pg_conn* connection);

} // namespace tlm::pg
