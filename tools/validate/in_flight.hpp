// SPDX-License-Identifier: Apache-2.0
// What was read and is not safe yet.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/offset_ledger.hpp"
#include "common/flow/sink.hpp"
#include "common/record/header.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tlm::validate {

/// A record that can be sent once more, because its bytes were kept.
struct Held {
    std::string value;
    std::string key;
    EpochMs timestamp = 0;
    std::vector<Header> headers;
};

/// Numbers what is read, bounds how much is on its way, and says up to where each partition is
/// done. Pure; an unknown ticket, or one that is done already, is refused with false.
class InFlight {
  public:
    struct Bound {
        std::size_t items = 10'000;
        std::size_t bytes = 16UL * 1024 * 1024;
    };

    /// `offsets`: the source can be committed to; without it take_committable() gives nothing.
    InFlight(Bound bound, bool offsets) : m_bound(bound), m_offsets(offsets) {}

    /// The item that passes the bound of bytes is still taken.
    [[nodiscard]] bool has_room() const noexcept
    {
        return m_slots.size() < m_bound.items && m_bytes < m_bound.bytes;
    }

    [[nodiscard]] Ticket open(std::int32_t partition, std::int64_t offset, std::size_t bytes);

    /// Keeps a record until its ticket is done. Only for an open ticket.
    void hold(Ticket ticket, std::unique_ptr<Held> held);

    /// Null when nothing was kept.
    [[nodiscard]] const Held* held(Ticket ticket) const;

    /// Where it was read; only for an open ticket.
    [[nodiscard]] std::pair<std::int32_t, std::int64_t> position(Ticket ticket) const;

    /// The item is safe: in the output, or a dead letter, or dropped on purpose.
    [[nodiscard]] bool done(Ticket ticket);

    [[nodiscard]] std::size_t outstanding() const noexcept { return m_outstanding; }

    /// As OffsetLedger.
    [[nodiscard]] std::optional<std::int64_t> take_committable(std::int32_t partition)
    {
        return m_ledger.take_committable(partition);
    }

    /// A partition that was taken away: what is done of it later says nothing about its offsets.
    void forget(std::int32_t partition) { m_ledger.forget(partition); }

  private:
    struct Slot {
        std::int64_t offset;
        std::size_t bytes;
        std::int32_t partition;
        bool done;
        std::unique_ptr<Held> held;
    };

    Bound m_bound;
    bool m_offsets;
    OffsetLedger m_ledger;
    std::deque<Slot> m_slots;
    Ticket m_first = 1; ///< the ticket of m_slots[0]
    std::size_t m_bytes = 0;
    std::size_t m_outstanding = 0;
};

} // namespace tlm::validate
