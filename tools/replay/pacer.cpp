// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/pacer.hpp"

#include <algorithm>

namespace tlm::replay {

namespace {

using Nanoseconds = std::chrono::nanoseconds;

constexpr double kLongest = 1e18; // nanoseconds: 30 years, and far from the end of their type

Nanoseconds to_nanoseconds(double value)
{
    return Nanoseconds{static_cast<Nanoseconds::rep>(std::min(value, kLongest))};
}

} // namespace

Monotonic Pacer::due(EpochMs time, Monotonic now)
{
    if (!m_due) {
        m_schedule = now;
        m_due = now;
        m_newest = time >= 0 ? std::optional{time} : std::nullopt;
        return now;
    }
    if (time >= 0) {
        auto gap = milliseconds{std::max<EpochMs>(0, time - m_newest.value_or(time))};
        if (m_pace.max_gap) {
            gap = std::min(gap, *m_pace.max_gap);
        }
        m_newest = std::max(m_newest.value_or(time), time);
        if (m_pace.speed) {
            constexpr double kNanosecondsAMillisecond = 1e6;
            m_schedule += to_nanoseconds(static_cast<double>(gap.count()) *
                                         kNanosecondsAMillisecond / *m_pace.speed);
        }
    }
    auto due = m_pace.speed ? m_schedule : now;
    if (m_pace.rate) {
        constexpr double kNanosecondsASecond = 1e9;
        // A little is made up for, or a timer that is late would lower the rate.
        constexpr Nanoseconds kMadeUp{50'000'000};
        const auto spaced = *m_due + to_nanoseconds(kNanosecondsASecond / *m_pace.rate);
        due = std::max(m_pace.speed ? due : spaced, std::max(spaced, now - kMadeUp));
    }
    m_due = due;
    return due;
}

} // namespace tlm::replay
