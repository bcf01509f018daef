// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/pacer.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::sim {
namespace {

// long double has a 64-bit mantissa here: 292 years in nanoseconds are exact.
constexpr long double kNanosPerSecond = 1e9L;

/// Beyond 146 years a position stands still: it does not wrap, nor does the sum of two.
long double bounded(long double nanos)
{
    constexpr long double kFarthest = 0x1p62L;
    return std::clamp(nanos, -kFarthest, kFarthest);
}

nanoseconds scaled(nanoseconds position, const Speed& speed)
{
    if (!speed.factor) {
        return nanoseconds{0};
    }
    // Cut, not rounded: then a message is never due before the time it carries.
    const auto exact = static_cast<long double>(position.count()) / *speed.factor;
    return nanoseconds{static_cast<std::int64_t>(bounded(exact))};
}

} // namespace

nanoseconds steady_position(std::uint64_t i, double rate)
{
    return nanoseconds{std::llround(bounded(static_cast<long double>(i) * kNanosPerSecond / rate))};
}

std::uint64_t steady_count(nanoseconds length, double rate)
{
    const auto exact = static_cast<long double>(length.count()) * rate / kNanosPerSecond;
    constexpr long double kHair = 1e-9L; // 0.1/s is a little more than a tenth
    return static_cast<std::uint64_t>(std::max(0.0L, std::ceil(exact - kHair)));
}

Timeline Timeline::moved_to(EpochMs start, nanoseconds last, Speed speed)
{
    // No message is ahead when position + shift <= due(position) for all; of the two ends the
    // first is the tighter one for a slowed series, the last for one that runs faster.
    const nanoseconds shift = std::min(nanoseconds{0}, scaled(last, speed) - last);
    return Timeline{start, shift, speed};
}

Timeline Timeline::fixed_at(EpochMs first, Speed speed)
{
    return Timeline{first, nanoseconds{0}, speed};
}

nanoseconds Timeline::due(nanoseconds position) const
{
    return scaled(position, m_speed);
}

EpochMs Timeline::ts(nanoseconds position) const
{
    return m_base + std::chrono::floor<milliseconds>(position + m_shift).count();
}

EpochMs Timeline::ts_at(nanoseconds elapsed) const
{
    const auto exact = static_cast<long double>(elapsed.count()) * *m_speed.factor;
    return ts(nanoseconds{static_cast<std::int64_t>(bounded(exact))});
}

} // namespace tlm::sim
