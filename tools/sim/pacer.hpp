// SPDX-License-Identifier: Apache-2.0
// When each message is due and which time it carries.
#pragma once

#include "common/base/speed.hpp"
#include "common/base/time.hpp"

#include <chrono>
#include <cstdint>

namespace tlm::sim {

using std::chrono::nanoseconds;

/// The longest series, 100 years: positions are nanoseconds, which count to 292.
inline constexpr milliseconds kLongestSeries = std::chrono::hours{24} * 36'525;

/// Message i of a steady stream stands at i / rate, computed from i alone: the stream never drifts,
/// however long it is and however late a message went out. rate > 0, in messages a second. What is
/// farther away than 146 years stands there.
[[nodiscard]] nanoseconds steady_position(std::uint64_t i, double rate);

/// How many messages of a steady stream stand before `length`.
[[nodiscard]] std::uint64_t steady_count(nanoseconds length, double rate);

/// Places a series of messages in time. A position is the distance of a message from the first of
/// its series, as recorded or scheduled; due() says when it goes out, ts() which time it carries.
class Timeline {
  public:
    /// The series is moved so that no message carries a time ahead of the moment it is due, and as
    /// little as that needs: up to the recorded speed the first message carries `start`; above it
    /// the last, at `last`, carries the moment it is due.
    [[nodiscard]] static Timeline moved_to(EpochMs start, nanoseconds last, Speed speed);

    /// Messages carry `first` plus their position, whenever they go out.
    [[nodiscard]] static Timeline fixed_at(EpochMs first, Speed speed);

    /// Since the start of the run.
    [[nodiscard]] nanoseconds due(nanoseconds position) const;

    [[nodiscard]] EpochMs ts(nanoseconds position) const;

    /// The time that a message carries which is due so long after the start of the run. Only where
    /// paced().
    [[nodiscard]] EpochMs ts_at(nanoseconds elapsed) const;

    /// False at full speed, where everything is due at once.
    [[nodiscard]] bool paced() const noexcept { return m_speed.factor.has_value(); }

  private:
    Timeline(EpochMs base, nanoseconds shift, Speed speed)
        : m_base(base), m_shift(shift), m_speed(speed)
    {}

    EpochMs m_base;
    nanoseconds m_shift;
    Speed m_speed;
};

} // namespace tlm::sim
