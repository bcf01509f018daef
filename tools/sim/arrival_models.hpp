// SPDX-License-Identifier: Apache-2.0
// How the messages of devices are spread over time: open loop, planned before the first is sent.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/cron.hpp"
#include "tools/sim/pacer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace tlm::sim {

/// All devices together send evenly; they take turns.
struct Constant {
    std::optional<double> rate; ///< of all of them, a second; none: as fast as they are taken
};

/// The times of all messages are given; the devices take turns.
struct Trace {
    std::shared_ptr<const std::vector<nanoseconds>> times; ///< ascending, the first is 0
};

/// Each device sends independently of its past: gaps are exponential.
struct Poisson {
    nanoseconds interval{0}; ///< the mean gap
};

/// Each device sends once an interval, somewhere in the first part of it.
struct Jittered {
    nanoseconds interval{0};
    double jitter = 0; ///< how much of the interval, 0 to 1
};

/// Each device sends `size` messages in a row, then waits for the next interval.
struct Burst {
    static constexpr std::uint64_t kLargest = 1'000'000;

    nanoseconds interval{0};
    std::uint64_t size = 1; ///< up to kLargest
    nanoseconds spacing{0}; ///< within a burst; size * spacing <= interval

    /// False when a burst is longer than its interval.
    [[nodiscard]] bool fits() const noexcept
    {
        return spacing <= interval / static_cast<std::int64_t>(size);
    }
};

/// Each device sends when the calendar says so, up to `jitter` later.
struct Calendar {
    static constexpr nanoseconds kMostJitter = std::chrono::minutes{1}; ///< between two moments

    Cron cron;
    nanoseconds jitter{0}; ///< less than kMostJitter
};

using Arrivals = std::variant<Constant, Trace, Poisson, Jittered, Burst, Calendar>;

/// True when the devices take turns: one plan for all, instead of one each.
[[nodiscard]] bool by_turns(const Arrivals& arrivals) noexcept;

/// What a device's plan follows from, beside the arrivals themselves.
struct Planned {
    std::uint64_t key = 0;   ///< of the device
    std::uint64_t seq = 0;   ///< of the message, from 0 on
    nanoseconds previous{0}; ///< position of the one before; 0 for the first
    EpochMs origin = 0;      ///< the time at position 0
};

/// Position of a message of one device; only for what is not by_turns(). Never before `previous`.
/// Those of even intervals follow from `seq` alone, so they do not drift.
[[nodiscard]] nanoseconds position_of(const Arrivals& arrivals, const Planned& planned);

} // namespace tlm::sim
