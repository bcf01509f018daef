// SPDX-License-Identifier: Apache-2.0
// How late messages went out, measured from the moment they were meant to.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tlm::sim {

/// Counts lags in buckets of 1/16 of their size, from 1 ns to 292 years: quantiles are at most 7 %
/// too high and never too low.
class LagHistogram {
  public:
    /// A negative lag counts as none.
    void add(std::chrono::nanoseconds lag) noexcept;

    /// The lag that the share `q` (0 to 1) of all messages did not exceed; 0 without messages.
    [[nodiscard]] std::chrono::nanoseconds quantile(double q) const noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return m_count; }

  private:
    static constexpr unsigned kSubBits = 4;
    std::array<std::uint64_t, (64 - kSubBits + 1) << kSubBits> m_buckets{};
    std::uint64_t m_count = 0;
};

} // namespace tlm::sim
