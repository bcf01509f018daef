// SPDX-License-Identifier: Apache-2.0
// COPY ... FROM STDIN (FORMAT binary), without blocking.
#pragma once

#include "common/pg/connection.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tlm::pg {

/// One query string with exactly one binary COPY in it, such as
/// `BEGIN; COPY t FROM STDIN (FORMAT binary); UPDATE ...; COMMIT`: one round trip for all. Call
/// step() whenever the socket is ready for events(); it never waits. After a failure the
/// connection may be in a failed transaction: Connection::roll_back(). Used by one thread.
class CopyIn {
  public:
    /// Appends rows (BinaryRow) to the text it is given; false when there are no more after these.
    /// Called until the text has about kChunk bytes.
    using Rows = std::function<bool(std::string& out)>;

    static constexpr std::size_t kChunk = 128 * 1024;

    enum class State { running, done, failed };

    /// Sends the query. The connection must outlive this object.
    CopyIn(Connection& connection, const std::string& sql, Rows rows);

    /// As far as it goes without blocking.
    State step();

    /// poll(2) events to wait for on the connection's socket.
    [[nodiscard]] short events() const noexcept { return m_events; }

    /// Valid when step() gave `failed`.
    [[nodiscard]] const Failure& failure() const noexcept { return m_failure; }

    /// True when the query ran to its end in the server for all we know: after a broken connection
    /// its COMMIT may or may not have happened. Before that it has not, for the COPY was not over.
    [[nodiscard]] bool in_doubt() const noexcept { return m_end_sent; }

    /// What the statements before the COPY answered, each as the first value of its first row.
    [[nodiscard]] const std::vector<std::string>& answers() const noexcept { return m_answers; }

    /// Grows with every byte that libpq took or received: a watch on it sees a server hang.
    [[nodiscard]] std::uint64_t progress() const noexcept { return m_progress; }

  private:
    bool flush();
    bool feed();
    void take(pg_result* result);
    State read_answers();
    void fail(const pg_result* result);
    void break_off();

    Connection& m_connection;
    Rows m_rows;
    std::string m_chunk;
    std::vector<std::string> m_answers;
    Failure m_failure;
    std::uint64_t m_progress = 0;
    short m_events = 0;
    bool m_copying = false;
    bool m_end_sent = false;
    bool m_failed = false;
    bool m_broken = false;
};

} // namespace tlm::pg
