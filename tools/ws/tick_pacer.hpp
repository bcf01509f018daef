// SPDX-License-Identifier: Apache-2.0
// How often changes are sent: the asked-for tick, wider while this machine cannot keep up.
#pragma once

#include "common/base/time.hpp"

namespace tlm::ws {

/// Decides when the next tick is due. After a pause the first change goes out at once; while there
/// are changes, ticks keep their distance. When the thread was busy for more than kBusy of the time
/// between two ticks the distance doubles, up to kWidest times the asked-for one; below kCalm it
/// halves again. Pure; one thread.
class TickPacer {
  public:
    static constexpr double kBusy = 0.70;
    static constexpr double kCalm = 0.30;
    static constexpr int kWidest = 16;

    explicit TickPacer(milliseconds tick) noexcept : m_asked(tick), m_tick(tick) {}

    /// How long from `now` until the next tick; zero when it is due.
    [[nodiscard]] milliseconds wait(Monotonic now) const noexcept;

    /// A tick happens `now`; `cpu` is the thread's CPU time so far.
    void ticked(Monotonic now, std::chrono::nanoseconds cpu) noexcept;

    /// The distance in force.
    [[nodiscard]] milliseconds tick() const noexcept { return m_tick; }

  private:
    milliseconds m_asked;
    milliseconds m_tick;
    Monotonic m_last{};
    std::chrono::nanoseconds m_last_cpu{0};
    bool m_started = false;
};

} // namespace tlm::ws
