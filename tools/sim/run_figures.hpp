// SPDX-License-Identifier: Apache-2.0
// What a run measures of itself while it goes on.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/run_summary.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace tlm::sim {

/// Times are counted from the moment a message was meant to go out, not from when it did: while a
/// receiver stands still its messages go on waiting, and a measurement that began with the sending
/// would leave out just those (G. Tene's "coordinated omission"). Pure.
class RunFigures {
  public:
    explicit RunFigures(Monotonic start) : m_start(start) {}

    /// Whether the receiver would take a message now; say so before and after sending.
    void room(bool there, Monotonic now) noexcept;

    /// Messages, by the moments they were meant for since the start, left at `now`. At the
    /// end a write waited for the receiver for so long: that is its fault, and so is what piled up
    /// meanwhile until it is caught up with.
    void sent(std::span<const nanoseconds> intended, Monotonic now,
              nanoseconds waited = nanoseconds{0}) noexcept;

    /// A message was confirmed at `at`. What counts as sent only when its batch was given away
    /// counts as written no sooner.
    void confirmed(nanoseconds intended, Monotonic at) noexcept;

    [[nodiscard]] std::uint64_t sent() const noexcept { return m_sent.count(); }

    /// Of all messages, also by the receiver's fault.
    [[nodiscard]] const Histogram& lag() const noexcept { return m_sent; }

    /// Everything that is known here; the rest is left as it is by default.
    [[nodiscard]] RunSummary summary(Monotonic now) const;

  private:
    Monotonic m_start;
    std::optional<Monotonic> m_room_since; ///< none: the receiver takes nothing
    nanoseconds m_held{0}; ///< of how late we are, what writes that waited are to blame for
    Monotonic m_last_sent{};
    Histogram m_sent;
    Histogram m_confirmed;
    Histogram m_own_lag;
};

} // namespace tlm::sim
