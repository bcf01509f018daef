// SPDX-License-Identifier: Apache-2.0
// The two kinds of time: wall time that data carries, monotonic time that waiting is measured in.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace tlm {

/// Wall time: milliseconds since 1970-01-01T00:00:00Z, the unit of every `ts` and Kafka timestamp.
using EpochMs = std::int64_t;

/// A point on the monotonic clock: for deadlines and intervals, never written anywhere.
using Monotonic = std::chrono::steady_clock::time_point;

using std::chrono::milliseconds;

/// A wait as poll(2) takes it: never negative, which would be for ever, and no more than an int.
[[nodiscard]] constexpr int poll_timeout(milliseconds wait) noexcept
{
    constexpr milliseconds kMost{std::numeric_limits<int>::max()};
    return static_cast<int>(std::clamp(wait, milliseconds{0}, kMost).count());
}

/// The wait until `deadline`, rounded up: one that ended just before it would only begin anew.
[[nodiscard]] constexpr int poll_timeout(Monotonic deadline, Monotonic now) noexcept
{
    return deadline <= now ? 0 : poll_timeout(std::chrono::ceil<milliseconds>(deadline - now));
}

/// Where a pipeline gets time from; cores get times as arguments instead. Tests pass their own.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual EpochMs wall() const = 0;
    [[nodiscard]] virtual Monotonic monotonic() const = 0;
};

/// The clocks of the operating system.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] EpochMs wall() const override
    {
        return std::chrono::duration_cast<milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }

    [[nodiscard]] Monotonic monotonic() const override { return std::chrono::steady_clock::now(); }
};

} // namespace tlm
