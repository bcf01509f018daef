// SPDX-License-Identifier: Apache-2.0
#include "tools/store/writer.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "tools/store/row_encoder.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <utility>

namespace tlm::store {

namespace {

constexpr milliseconds kFirstDelay{200};
constexpr milliseconds kLongestDelay{15'000};
constexpr milliseconds kPatienceWithWrite{10'000};

std::string refusal(const pg::Failure& failure)
{
    auto text = fmt::format("PostgreSQL: {} [{}]", failure.message, failure.sqlstate);
    if (!failure.constraint.empty()) {
        text += fmt::format(" constraint {}", failure.constraint);
    }
    return text;
}

} // namespace

Writer::Writer(WriterSettings settings, WriterListener& listener)
    : m_settings(std::move(settings)), m_listener(listener), m_backoff(kFirstDelay, kLongestDelay)
{}

void Writer::connect()
{
    if (m_session) {
        return;
    }
    try {
        m_session = std::make_unique<Session>(m_settings.connection, m_settings.target,
                                              m_tables_kept ? Session::Tables::keep
                                                            : Session::Tables::create);
        m_tables_kept = m_settings.wait_for_repair;
        log::info("connected to PostgreSQL {}", m_session->connection().peer());
        recover();
    } catch (const Error& error) {
        m_session.reset();
        m_not_before = std::chrono::steady_clock::now() + m_backoff.next(m_jitter.next());
        throw repairable(error);
    }
}

/// The error, but transient when somebody has changed the tables under us.
Error Writer::repairable(const Error& error) const
{
    const auto* const refused = dynamic_cast<const pg::StatementError*>(&error);
    const bool changed =
        m_tables_kept && refused != nullptr && refused->failure().policy() == pg::Policy::structure;
    return changed ? transient_error(error.what()) : error;
}

void Writer::disconnect(const std::string& why)
{
    if (m_copy) {
        m_in_doubt = m_in_doubt || m_copy->in_doubt();
        m_transaction_id = m_copy->answers().empty() ? "" : m_copy->answers().front();
        m_copy.reset();
    }
    m_session.reset();
    ++m_reconnects;
    const auto delay = m_backoff.next(m_jitter.next());
    m_not_before = std::chrono::steady_clock::now() + delay;
    log::warn("{}; holding {} rows, next attempt in {} ms", why, m_batch.size(), delay.count());
}

void Writer::put(Batch& batch)
{
    std::swap(m_batch, batch);
    batch.clear();
    m_plan.emplace(m_batch.size());
    m_in_doubt = false;
}

void Writer::begin(Monotonic now)
{
    const auto slice = m_plan->slice();
    m_order = m_batch.order(slice.begin, slice.end);
    m_sent = 0;
    m_advances.clear();
    std::string sql;
    if (m_settings.target.topic.empty()) {
        sql = write_sql(m_settings.target);
    } else {
        std::vector<ClaimedAdvance> claimed;
        for (const auto& advance : m_batch.advances(slice.begin, slice.end)) {
            m_advances.push_back(advance);
            claimed.push_back({advance, m_owned.at(advance.partition).epoch});
        }
        sql = write_sql(m_settings.target, claimed);
    }
    if (m_order.empty() && m_advances.empty()) {
        m_plan->committed();
        end_slice();
        return;
    }
    m_begun = now;
    m_progress_at = now;
    m_progress = 0;
    m_copy.emplace(m_session->connection(), sql, [this](std::string& out) {
        if (m_sent < m_order.size()) {
            append_row(out, m_batch, m_batch.row(m_order[m_sent++]));
        }
        return m_sent < m_order.size();
    });
}

void Writer::step(Monotonic now)
{
    if (!m_session) {
        if (now < m_not_before) {
            return;
        }
        try {
            connect();
        } catch (const Error& error) {
            if (!error.retriable()) {
                throw;
            }
            static log::RateLimit limit(milliseconds{10'000});
            limit.warn("{}; holding {} rows", error.what(), m_batch.size());
            return;
        }
    }
    while (m_plan && m_session) {
        if (!m_copy) {
            if (!m_listener.letters_confirmed()) {
                return;
            }
            begin(now);
            continue;
        }
        switch (m_copy->step()) {
        case pg::CopyIn::State::running:
            check_progress(now);
            return;
        case pg::CopyIn::State::done:
            m_copy.reset();
            stored(std::chrono::steady_clock::now());
            break;
        case pg::CopyIn::State::failed:
            failed(pg::Failure{m_copy->failure()});
            break;
        }
    }
}

void Writer::check_progress(Monotonic now)
{
    if (m_copy->progress() != m_progress) {
        m_progress = m_copy->progress();
        m_progress_at = now;
    } else if (now - m_progress_at > m_settings.hang_timeout) {
        disconnect(fmt::format("PostgreSQL has not moved for {} s",
                               m_settings.hang_timeout.count() / 1000));
    }
}

void Writer::stored(Monotonic now)
{
    for (const auto& advance : m_advances) {
        m_owned.at(advance.partition).next = advance.next;
    }
    m_listener.on_stored(m_batch, m_order, m_advances,
                         std::chrono::duration_cast<milliseconds>(now - m_begun));
    m_progress_at = now;
    m_backoff.reset();
    m_in_doubt = false;
    m_plan->committed();
    end_slice();
}

void Writer::end_slice()
{
    if (m_plan->done()) {
        m_plan.reset();
        m_batch.clear();
    }
}

void Writer::failed(const pg::Failure& failure)
{
    const auto policy = failure.policy();
    const auto text =
        fmt::format("{} ({})", pg::error_of(failure, "store rows").what(), policy_name(policy));
    switch (policy) {
    case pg::Policy::row:
        m_copy.reset();
        refuse_row(failure);
        return;
    case pg::Policy::fenced:
        m_copy.reset();
        log::warn("{}: {} rows are left to the new owner", failure.message, m_order.size());
        lose_position(true);
        return;
    case pg::Policy::structure:
        if (!m_settings.wait_for_repair) {
            throw fatal_error(text);
        }
        break;
    case pg::Policy::fatal:
        throw fatal_error(text);
    case pg::Policy::retry:
    case pg::Policy::reconnect:
    case pg::Policy::hold:
        break;
    }
    disconnect(text);
}

void Writer::refuse_row(const pg::Failure& failure)
{
    const auto line = pg::copy_line(failure.context, m_settings.target.table.name);
    std::optional<std::size_t> refused;
    if (line && *line >= 1 && *line <= m_order.size()) {
        refused = m_order[*line - 1];
    } else if (m_order.size() == 1) {
        refused = m_order.front();
    }
    if (refused) {
        const auto& row = m_batch.row(*refused);
        const auto path = failure.column.empty() ? std::string{} : '/' + failure.column;
        m_listener.on_refused(m_batch, row, {Reason::refused_by_store, path, refusal(failure)});
        m_batch.refuse(*refused);
        m_plan->refused();
    } else if (!m_plan->halve()) {
        throw fatal_error(refusal(failure) + ": not the fault of a row");
    }
    if (!m_session->connection().roll_back()) {
        disconnect("PostgreSQL: the connection broke after a refused row");
    }
}

void Writer::lose_position(bool fenced)
{
    m_owned.clear();
    m_plan.reset();
    m_batch.clear();
    m_in_doubt = false;
    if (m_session && !m_session->connection().roll_back()) {
        m_session.reset();
    }
    m_listener.on_position_lost(fenced);
}

void Writer::recover()
{
    if (!m_settings.target.topic.empty()) {
        recover_offsets();
        return;
    }
    if (!m_plan || !m_in_doubt) {
        return;
    }
    const auto committed = m_session->committed(m_transaction_id);
    if (!committed) {
        throw transient_error("PostgreSQL: the last transaction is still running");
    }
    m_in_doubt = false;
    log::info("the transaction in doubt was {}", *committed ? "committed" : "rolled back");
    if (*committed) {
        stored(std::chrono::steady_clock::now());
    }
}

void Writer::recover_offsets()
{
    if (m_owned.empty()) {
        return;
    }
    std::vector<std::int32_t> partitions;
    Session::Epochs known;
    for (const auto& [partition, owned] : m_owned) {
        partitions.push_back(partition);
        known.emplace(partition, owned.epoch);
    }
    const auto claims = m_session->claim(partitions, m_settings.owner, known);
    if (!claims) {
        log::warn("another tlm-store has taken our partitions over meanwhile");
        lose_position(true);
        return;
    }
    std::size_t done = 0;
    bool elsewhere = false;
    for (const auto& claim : *claims) {
        auto& owned = m_owned.at(claim.partition);
        owned.epoch = claim.epoch;
        if (claim.next == owned.next) {
            continue;
        }
        const auto after = std::find_if(m_advances.begin(), m_advances.end(), [&](const auto& a) {
            return a.partition == claim.partition && a.next == claim.next;
        });
        const bool committed = m_plan && m_in_doubt && after != m_advances.end();
        done += committed ? 1U : 0U;
        elsewhere = elsewhere || !committed;
    }
    if (elsewhere || (done != 0 && done != m_advances.size())) {
        log::warn("the offsets in PostgreSQL are not where they were: reading again from there");
        lose_position(false);
        return;
    }
    m_in_doubt = false;
    if (done != 0) {
        log::info("the transaction in doubt was committed");
        stored(std::chrono::steady_clock::now());
    }
}

bool Writer::finish(Monotonic deadline)
{
    while (!idle()) {
        const auto now = std::chrono::steady_clock::now();
        if (now >= deadline) {
            return false;
        }
        step(now);
        if (!idle()) {
            pollfd wait{socket(), events(), 0};
            static_cast<void>(::poll(&wait, 1, 20));
        }
    }
    return true;
}

std::vector<Claim> Writer::claim(std::span<const std::int32_t> partitions)
{
    if (m_copy && !finish(std::chrono::steady_clock::now() + kPatienceWithWrite)) {
        disconnect("PostgreSQL is slow to store the last rows");
    }
    connect();
    try {
        auto claims = m_session->claim(partitions, m_settings.owner).value();
        for (const auto& claim : claims) {
            m_owned[claim.partition] = {claim.epoch, claim.next};
        }
        return claims;
    } catch (const Error& error) {
        disconnect(error.what());
        throw repairable(error);
    }
}

void Writer::release(std::span<const std::int32_t> partitions)
{
    if (m_copy) {
        m_in_doubt = m_copy->in_doubt();
        m_copy.reset();
        m_session.reset(); // closing the connection ends the transaction
    }
    const auto gone = [&](const Advance& advance) {
        return std::find(partitions.begin(), partitions.end(), advance.partition) !=
               partitions.end();
    };
    m_advances.erase(std::remove_if(m_advances.begin(), m_advances.end(), gone), m_advances.end());
    for (const auto partition : partitions) {
        m_owned.erase(partition);
    }
    m_batch.forget(partitions);
    if (m_owned.empty()) {
        m_plan.reset();
        m_batch.clear();
        m_in_doubt = false;
    }
}

int Writer::socket() const noexcept
{
    return m_copy && m_session ? m_session->connection().socket() : -1;
}

short Writer::events() const noexcept
{
    return m_copy ? m_copy->events() : short{0};
}

} // namespace tlm::store
