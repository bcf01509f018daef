// SPDX-License-Identifier: Apache-2.0
#include "common/pg/copy_in.hpp"

#include "common/pgwire/binary_row.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <utility>

namespace tlm::pg {

CopyIn::CopyIn(Connection& connection, const std::string& sql, Rows rows)
    : m_connection(connection), m_rows(std::move(rows)), m_events(POLLIN | POLLOUT)
{
    append_copy_header(m_chunk);
    if (PQsendQuery(connection.get(), sql.c_str()) == 0) {
        break_off();
    }
}

void CopyIn::fail(const pg_result* result)
{
    if (!m_failed) {
        m_failed = true;
        m_failure = failure_of(result, m_connection.get());
    }
}

/// libpq did not take what it was given: nothing more may go over this connection.
void CopyIn::break_off()
{
    fail(nullptr);
    m_broken = true;
    if (m_failure.message.empty()) {
        m_failure.message = "out of memory for what is to be sent";
    }
}

/// False when bytes remain or the connection broke.
bool CopyIn::flush()
{
    const auto left = PQflush(m_connection.get());
    if (left == 0) {
        m_events = POLLIN;
        return true;
    }
    m_events = POLLIN | POLLOUT;
    return false;
}

/// Hands over the next chunk; false when the last one is gone.
bool CopyIn::feed()
{
    bool more = true;
    while (more && m_chunk.size() < kChunk) {
        more = m_rows(m_chunk);
    }
    if (!more) {
        append_copy_trailer(m_chunk);
    }
    // 0, on a connection that does not block: libpq's buffer cannot grow, nothing was taken.
    if (PQputCopyData(m_connection.get(), m_chunk.data(), static_cast<int>(m_chunk.size())) <= 0) {
        break_off();
        return false;
    }
    m_progress += m_chunk.size();
    m_chunk.clear();
    if (!more) {
        m_copying = false;
        m_end_sent = true;
        if (PQputCopyEnd(m_connection.get(), nullptr) <= 0) {
            break_off();
        }
    }
    return more;
}

void CopyIn::take(pg_result* result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COPY_IN:
        m_copying = true;
        break;
    case PGRES_TUPLES_OK:
        m_answers.emplace_back(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
        break;
    case PGRES_COMMAND_OK:
        break;
    default:
        fail(result);
    }
}

CopyIn::State CopyIn::read_answers()
{
    while (!m_copying) {
        if (PQisBusy(m_connection.get()) != 0) {
            return State::running;
        }
        const ResultHandle result{PQgetResult(m_connection.get())};
        ++m_progress;
        if (!result) {
            return m_failed ? State::failed : State::done;
        }
        take(result.get());
    }
    return State::running;
}

CopyIn::State CopyIn::step()
{
    for (;;) {
        if (m_broken) {
            return State::failed;
        }
        const bool flushed = flush();
        if (PQconsumeInput(m_connection.get()) == 0 || !m_connection.usable()) {
            fail(nullptr);
            m_failure.sqlstate.clear(); // whatever it was: this connection has ended
            return State::failed;
        }
        if (!m_copying) {
            const auto state = read_answers();
            if (state != State::running || !m_copying) {
                return state;
            }
        }
        if (!flushed) {
            return State::running;
        }
        static_cast<void>(feed());
    }
}

} // namespace tlm::pg
