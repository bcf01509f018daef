// SPDX-License-Identifier: Apache-2.0
// What was taken from a source and may be acknowledged only all together.
#pragma once

#include "common/base/time.hpp"
#include "common/flow/sink.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tlm {

/// A bounded window of items whose confirmations arrive in any order, for a source that can only
/// acknowledge everything read so far: releasable() says when. Tickets rise for ever, so a
/// confirmation that belongs to an earlier window is known as such. Pure; misuse (an unknown
/// ticket, one that was resolved before) is refused with false.
class AckWindow {
  public:
    struct Bound {
        std::size_t items = 4096;
        std::size_t bytes = 16UL * 1024 * 1024;
    };

    explicit AckWindow(Bound bound) : m_bound(bound) { m_states.reserve(bound.items); }

    /// True while one more item may be opened. The item that passes the bound of bytes is still
    /// taken: how large it is was decided where it came from.
    [[nodiscard]] bool has_room() const noexcept
    {
        return m_states.size() < m_bound.items && m_bytes < m_bound.bytes;
    }

    /// Takes one item of so many bytes; its place in the window is index_of(ticket).
    [[nodiscard]] Ticket open(std::size_t bytes, Monotonic now);

    /// The item is safe for good.
    [[nodiscard]] bool confirm(Ticket ticket);

    /// The item will never be safe: the window cannot be released any more.
    [[nodiscard]] bool fail(Ticket ticket);

    /// True when the ticket belongs to this window.
    [[nodiscard]] bool contains(Ticket ticket) const noexcept
    {
        return ticket >= m_first && ticket - m_first < m_states.size();
    }

    /// Only for a ticket that it contains().
    [[nodiscard]] std::size_t index_of(Ticket ticket) const noexcept { return ticket - m_first; }

    [[nodiscard]] bool confirmed(std::size_t index) const noexcept
    {
        return m_states[index] == State::confirmed;
    }

    /// Everything in the window is confirmed; true for an empty one.
    [[nodiscard]] bool releasable() const noexcept { return m_outstanding == 0 && m_failed == 0; }

    /// Empties the window; refused with false while something is outstanding, because what becomes
    /// of it would be lost.
    [[nodiscard]] bool clear();

    [[nodiscard]] std::size_t items() const noexcept { return m_states.size(); }

    [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }

    /// Neither confirmed nor failed.
    [[nodiscard]] std::size_t outstanding() const noexcept { return m_outstanding; }

    [[nodiscard]] std::size_t failed() const noexcept { return m_failed; }

    [[nodiscard]] const Bound& bound() const noexcept { return m_bound; }

    /// When the oldest item was opened; as all are acknowledged together, it is the oldest one that
    /// is not acknowledged yet.
    [[nodiscard]] std::optional<Monotonic> oldest() const noexcept;

  private:
    enum class State : std::uint8_t { open, confirmed, failed };

    [[nodiscard]] bool resolve(Ticket ticket, State state);

    Bound m_bound;
    std::vector<State> m_states;
    Ticket m_first = 1; ///< the ticket of m_states[0]
    std::size_t m_bytes = 0;
    std::size_t m_outstanding = 0;
    std::size_t m_failed = 0;
    Monotonic m_opened_at;
};

} // namespace tlm
