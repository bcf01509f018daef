// SPDX-License-Identifier: Apache-2.0
#include "common/pg/connection.hpp"

#include "common/ops/log.hpp"
#include "common/pg/conninfo.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tlm::pg {

namespace {

/// On one line: libpq breaks and indents its longer messages.
std::string trimmed(const char* text)
{
    std::string result;
    for (const char c : std::string_view{text == nullptr ? "" : text}) {
        const bool space = c == '\n' || c == '\t';
        if (!space || (!result.empty() && result.back() != ' ')) {
            result += space ? ' ' : c;
        }
    }
    while (!result.empty() && (result.back() == '\n' || result.back() == ' ')) {
        result.pop_back();
    }
    return result;
}

void log_notice(void*, const PGresult* result)
{
    log::debug("PostgreSQL: {}", trimmed(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)));
}

std::string seconds(milliseconds time)
{
    return std::to_string(std::max<std::int64_t>(2, (time.count() + 999) / 1000));
}

ConnectionHandle connect(const ConnectionSettings& settings)
{
    const auto connect_timeout = seconds(settings.connect_timeout);
    const auto user_timeout = std::to_string(settings.network_timeout.count());
    const auto idle = seconds(settings.network_timeout / 2);
    const auto interval = seconds(settings.network_timeout / 6);
    // What stands after dbname would win over the user's string.
    const std::array names{"application_name",
                           "connect_timeout",
                           "keepalives",
                           "keepalives_idle",
                           "keepalives_interval",
                           "keepalives_count",
                           "tcp_user_timeout",
                           "client_encoding",
                           "dbname",
                           static_cast<const char*>(nullptr)};
    const std::array values{settings.purpose.c_str(),
                            connect_timeout.c_str(),
                            "1",
                            idle.c_str(),
                            interval.c_str(),
                            "3",
                            user_timeout.c_str(),
                            "UTF8",
                            settings.conninfo.c_str(),
                            static_cast<const char*>(nullptr)};
    return ConnectionHandle{PQconnectdbParams(names.data(), values.data(), 1)};
}

/// libpq gives no SQLSTATE for a connection that was refused: the words decide, and they are the
/// server's, maybe translated. What is not recognised is worth another attempt.
bool refused_for_good(std::string_view message)
{
    constexpr std::array kForGood{"password authentication failed", "no password supplied",
                                  "no pg_hba.conf entry", "invalid sslmode",
                                  "root certificate file"};
    return std::any_of(kForGood.begin(), kForGood.end(), [&](std::string_view words) {
        return message.find(words) != std::string_view::npos;
    });
}

} // namespace

void FreeConnection::operator()(pg_conn* connection) const noexcept
{
    PQfinish(connection);
}

void FreeResult::operator()(pg_result* result) const noexcept
{
    PQclear(result);
}

int Result::rows() const noexcept
{
    return PQntuples(m_handle.get());
}

bool Result::is_null(int row, int column) const noexcept
{
    return PQgetisnull(m_handle.get(), row, column) != 0;
}

std::string_view Result::text(int row, int column) const noexcept
{
    const auto* value = PQgetvalue(m_handle.get(), row, column);
    return value == nullptr ? std::string_view{} : value;
}

std::int64_t Result::integer(int row, int column) const
{
    const auto value = text(row, column);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size()) {
        throw fatal_error(fmt::format("PostgreSQL answered '{}' where a number belongs", value));
    }
    return number;
}

Failure failure_of(const pg_result* result, const pg_conn* connection)
{
    const auto field = [&](int code) { return trimmed(PQresultErrorField(result, code)); };
    Failure failure{field(PG_DIAG_SQLSTATE),        field(PG_DIAG_MESSAGE_PRIMARY),
                    field(PG_DIAG_MESSAGE_DETAIL),  field(PG_DIAG_CONTEXT),
                    field(PG_DIAG_CONSTRAINT_NAME), field(PG_DIAG_COLUMN_NAME)};
    if (failure.message.empty()) {
        failure.message = trimmed(PQerrorMessage(connection));
    }
    return failure;
}

StatementError error_of(const Failure& failure, std::string_view doing)
{
    auto text = fmt::format("PostgreSQL: cannot {}: {}", doing, failure.message);
    if (!failure.detail.empty()) {
        text += fmt::format(" ({})", failure.detail);
    }
    if (!failure.sqlstate.empty()) {
        text += fmt::format(" [{}]", failure.sqlstate);
    }
    switch (failure.policy()) {
    case Policy::retry:
    case Policy::reconnect:
    case Policy::hold:
        return {ErrorKind::transient, text, failure};
    case Policy::row:
    case Policy::structure:
    case Policy::fenced:
    case Policy::fatal:
        break;
    }
    return {ErrorKind::fatal, text, failure};
}

Connection::Connection(const ConnectionSettings& settings)
    : m_handle(connect(settings)), m_answer_timeout(settings.answer_timeout)
{
    if (!m_handle) {
        throw std::bad_alloc{};
    }
    if (PQstatus(m_handle.get()) != CONNECTION_OK) {
        const auto why = trimmed(PQerrorMessage(m_handle.get()));
        const auto text =
            fmt::format("{}: cannot connect: {}", describe_conninfo(settings.conninfo), why);
        throw refused_for_good(why) ? fatal_error(text) : transient_error(text);
    }
    PQsetNoticeReceiver(m_handle.get(), log_notice, nullptr);
    if (PQsetnonblocking(m_handle.get(), 1) != 0) {
        throw transient_error("PostgreSQL: the connection cannot be made non-blocking");
    }
    exec("SET timezone TO 'UTC'; SET datestyle TO 'ISO'; SET standard_conforming_strings TO on",
         "set up the session");
}

bool Connection::usable() const noexcept
{
    return m_handle && PQstatus(m_handle.get()) == CONNECTION_OK;
}

int Connection::socket() const noexcept
{
    return PQsocket(m_handle.get());
}

std::string Connection::peer() const
{
    return fmt::format("{}:{}", PQhost(m_handle.get()), PQport(m_handle.get()));
}

Error Connection::no_answer(std::string_view doing)
{
    m_handle.reset();
    return transient_error(fmt::format("PostgreSQL: cannot {}: no answer within {} s", doing,
                                       m_answer_timeout.count() / 1000));
}

bool Connection::wait_readable(Monotonic deadline)
{
    for (;;) {
        const auto unsent = PQflush(m_handle.get());
        const int left = poll_timeout(deadline, std::chrono::steady_clock::now());
        if (unsent < 0) {
            return true; // PQgetResult() says why
        }
        if (left == 0) {
            return false;
        }
        pollfd wait{socket(), static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0};
        if (::poll(&wait, 1, left) > 0 && (wait.revents & (POLLIN | POLLERR | POLLHUP)) != 0) {
            return true;
        }
    }
}

Result Connection::wait_for_answer(std::string_view doing)
{
    const auto deadline = std::chrono::steady_clock::now() + m_answer_timeout;
    ResultHandle last;
    std::optional<Failure> failure;
    for (;;) {
        while (PQisBusy(m_handle.get()) != 0) {
            if (!wait_readable(deadline)) {
                throw no_answer(doing);
            }
            if (PQconsumeInput(m_handle.get()) == 0) {
                break; // PQgetResult() says why
            }
        }
        ResultHandle result{PQgetResult(m_handle.get())};
        if (!result) {
            break;
        }
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !failure) {
            failure = failure_of(result.get(), m_handle.get());
        }
        last = std::move(result);
    }
    if (failure || !last) {
        throw error_of(failure ? *failure : failure_of(nullptr, m_handle.get()), doing);
    }
    return Result{std::move(last)};
}

Result Connection::exec(const std::string& sql, std::string_view doing)
{
    if (!usable() || PQsendQuery(m_handle.get(), sql.c_str()) == 0) {
        throw error_of(failure_of(nullptr, m_handle.get()), doing);
    }
    return wait_for_answer(doing);
}

Result Connection::exec_params(const std::string& sql,
                               std::span<const std::optional<std::string>> parameters,
                               std::string_view doing)
{
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        values.push_back(parameter ? parameter->c_str() : nullptr);
    }
    if (!usable() || PQsendQueryParams(m_handle.get(), sql.c_str(), static_cast<int>(values.size()),
                                       nullptr, values.data(), nullptr, nullptr, 0) == 0) {
        throw error_of(failure_of(nullptr, m_handle.get()), doing);
    }
    return wait_for_answer(doing);
}

bool Connection::roll_back() noexcept
{
    try {
        exec("ROLLBACK", "roll back");
        return true;
    } catch (const std::exception& error) {
        log::debug("{}", error.what());
        return false;
    }
}

} // namespace tlm::pg
