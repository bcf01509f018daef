// SPDX-License-Identifier: Apache-2.0
// A distribution of times in bounded memory, at the same relative precision from 1 ns to 292 years.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace tlm::sim {

using std::chrono::nanoseconds;

/// Counts times in log-linear buckets, as HdrHistogram does (G. Tene): each power of two is cut
/// into 128 buckets of equal width, times below 256 ns have a bucket each. 59 KiB, however many
/// times are added.
class Histogram {
  public:
    Histogram();

    /// A time below zero counts as zero: clocks of two machines may disagree by that much.
    void add(nanoseconds time, std::uint64_t count = 1) noexcept;

    /// As if everything that was added to `other` had been added here.
    void merge(const Histogram& other) noexcept;

    /// The time that the share `q` (0 to 1) did not exceed: never too low, at most 1/128 (0.8 %)
    /// too high, never above max(). 0 when nothing was added.
    [[nodiscard]] nanoseconds quantile(double q) const noexcept;

    [[nodiscard]] std::uint64_t count() const noexcept { return m_count; }

    [[nodiscard]] nanoseconds min() const noexcept; ///< exact; 0 when nothing was added
    [[nodiscard]] nanoseconds max() const noexcept; ///< exact

    /// Both in nanoseconds, of what was added rounded up to the end of its bucket.
    [[nodiscard]] double mean() const noexcept;
    [[nodiscard]] double deviation() const noexcept;

    /// Calls `visit` with the largest time of each bucket that holds something, smallest first, and
    /// how much it holds. Adding these to another histogram gives the same one, but that its max()
    /// is that of the last bucket: put back the exact one with limit().
    void for_each(const std::function<void(nanoseconds, std::uint64_t)>& visit) const;

    /// Says what the smallest and the largest time were that went into the first and the last
    /// bucket in use.
    void limit(nanoseconds min, nanoseconds max) noexcept;

  private:
    std::vector<std::uint64_t> m_buckets;
    std::uint64_t m_count = 0;
    std::uint64_t m_min;
    std::uint64_t m_max = 0;
};

} // namespace tlm::sim
