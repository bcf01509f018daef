// SPDX-License-Identifier: Apache-2.0
// How far a device's clock is off.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>

namespace tlm::validation {

/// An estimate of our clock minus the device's, the shortest latency included. What latency adds
/// to `receivedAt - ts` is never negative, so the least difference is the best: a smaller one is
/// taken at once, and the estimate creeps towards larger ones with a time constant of ten minutes
/// of our time. A backlog that arrives late in one go hardly moves it, a clock that was set back
/// does. 8 bytes; exact to the millisecond up to four hours, then to a part in ten million.
class Skew {
  public:
    /// Takes one message's times.
    void observe(EpochMs ts, EpochMs received_at) noexcept;

    /// False before the first observe().
    [[nodiscard]] bool known() const noexcept { return m_at_s != 0; }

    /// Positive: the device's clock is behind ours (or its messages always take that long);
    /// negative: it is ahead.
    [[nodiscard]] milliseconds estimate() const noexcept;

  private:
    float m_estimate_ms = 0;
    std::uint32_t m_at_s = 0; ///< when it was last moved, seconds since 1970
};

} // namespace tlm::validation
