// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt.
#pragma once

#include "common/base/time.hpp"

namespace tlm {

/// The delay after so many failures before this one, as Backoff draws it: for whoever counts
/// himself.
[[nodiscard]] milliseconds backoff_delay(milliseconds first, milliseconds limit, unsigned failures,
                                         double unit);

/// Exponential back-off with full jitter: the n-th delay is drawn evenly from
/// [first/2, min(limit, first * 2^n)], so that a fleet of clients does not return in step.
class Backoff {
  public:
    Backoff(milliseconds first, milliseconds limit) : m_first(first), m_limit(limit) {}

    /// The next delay. `unit` is a random number in [0, 1) from the caller.
    [[nodiscard]] milliseconds next(double unit);

    /// Call after a success: the next delay is short again.
    void reset() noexcept { m_attempts = 0; }

    [[nodiscard]] unsigned attempts() const noexcept { return m_attempts; }

  private:
    milliseconds m_first;
    milliseconds m_limit;
    unsigned m_attempts = 0;
};

} // namespace tlm
