// SPDX-License-Identifier: Apache-2.0
// Brings one batch at a time into PostgreSQL, whatever happens to the connection.
#pragma once

#include "common/base/backoff.hpp"
#include "common/ops/random.hpp"
#include "common/pg/copy_in.hpp"
#include "tools/store/session.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlm::store {

/// Told what became of rows, on the thread that calls the writer.
class WriterListener {
  public:
    WriterListener() = default;
    WriterListener(const WriterListener&) = delete;
    WriterListener& operator=(const WriterListener&) = delete;
    virtual ~WriterListener() = default;

    /// These rows and offsets are committed; `took` from the first byte to the answer.
    virtual void on_stored(const Batch& batch, std::span<const std::uint32_t> rows,
                           std::span<const Advance> advances, milliseconds took) = 0;

    /// PostgreSQL refused this row: make a dead letter of it.
    virtual void on_refused(const Batch& batch, const Batch::Row& row, const Reject& reject) = 0;

    /// True when every dead letter so far is confirmed: offsets may move past them.
    [[nodiscard]] virtual bool letters_confirmed() = 0;

    /// What was read and not stored must be read again from where the next claim says: another
    /// instance owns our partitions (`fenced`), or the database went back to an older state.
    virtual void on_position_lost(bool fenced) = 0;
};

struct WriterSettings {
    pg::ConnectionSettings connection;
    Target target;
    std::string owner;                 ///< who we are, for the administrator
    bool wait_for_repair = true;       ///< tables that change under us: wait for repair, or throw
    milliseconds hang_timeout{60'000}; ///< a write without any progress: another connection
};

/// The database is the only truth: after every reconnect the offsets there say whether the last
/// transaction happened (without offsets, its transaction id). Retries for ever with back-off;
/// throws Error only for what waiting cannot mend. Used by one thread.
class Writer {
  public:
    Writer(WriterSettings settings, WriterListener& listener);

    /// Connects if there is no connection. Throws Error as Session does, leaving the next attempt
    /// to the back-off. Only the first connection creates tables when it waits for repairs.
    void connect();

    [[nodiscard]] bool connected() const noexcept { return m_session != nullptr; }

    /// True when put() may be called.
    [[nodiscard]] bool idle() const noexcept { return !m_plan; }

    /// Takes the batch's content and leaves an empty one.
    void put(Batch& batch);

    /// As far as it goes without waiting for an answer; a connection attempt that is due may take
    /// its time limit.
    void step(Monotonic now);

    /// Steps until idle; false at the deadline.
    [[nodiscard]] bool finish(Monotonic deadline);

    /// Claims partitions for us. Throws Error; transient means that the connection is gone.
    [[nodiscard]] std::vector<Claim> claim(std::span<const std::int32_t> partitions);

    /// The partitions are no longer ours; their rows are left out. What is being written is
    /// abandoned, fenced off by the next owner's claim.
    void release(std::span<const std::int32_t> partitions);

    [[nodiscard]] bool owns(std::int32_t partition) const { return m_owned.count(partition) != 0; }

    /// What to wait for: the connection's socket (-1: none), events, and until when at most.
    [[nodiscard]] int socket() const noexcept;
    [[nodiscard]] short events() const noexcept;

    [[nodiscard]] Monotonic wake_at() const noexcept { return m_not_before; }

    /// When the transaction under way last got further, or one began or ended.
    [[nodiscard]] Monotonic moved_at() const noexcept { return m_progress_at; }

    /// Connections lost so far.
    [[nodiscard]] std::uint64_t reconnects() const noexcept { return m_reconnects; }

    /// Rows held, not yet committed.
    [[nodiscard]] std::size_t rows() const noexcept { return m_batch.size(); }

  private:
    struct Owned {
        std::int64_t epoch = 0;
        std::optional<std::int64_t> next;
    };

    void begin(Monotonic now);
    void check_progress(Monotonic now);
    void stored(Monotonic now);
    void failed(const pg::Failure& failure);
    void refuse_row(const pg::Failure& failure);
    void disconnect(const std::string& why);
    void recover();
    void recover_offsets();
    [[nodiscard]] Error repairable(const Error& error) const;
    void lose_position(bool fenced);
    void end_slice();

    WriterSettings m_settings;
    WriterListener& m_listener;
    std::unique_ptr<Session> m_session;
    std::map<std::int32_t, Owned> m_owned;
    Backoff m_backoff;
    ops::Jitter m_jitter;
    Monotonic m_not_before{}; ///< no attempt before this
    std::uint64_t m_reconnects = 0;
    bool m_tables_kept = false; ///< they were in order once: whoever changes them repairs them

    Batch m_batch;
    std::optional<SlicePlan> m_plan;
    std::vector<Advance> m_advances;    ///< of the slice
    std::vector<std::uint32_t> m_order; ///< its rows as they are sent
    std::size_t m_sent = 0;             ///< of m_order
    std::optional<pg::CopyIn> m_copy;
    bool m_in_doubt = false; ///< the slice's COMMIT may have happened
    std::string m_transaction_id;
    Monotonic m_begun{};
    Monotonic m_progress_at{};
    std::uint64_t m_progress = 0;
};

} // namespace tlm::store
