// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/lag.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tlm::sim {
namespace {

constexpr unsigned kSub = 4;
constexpr std::uint64_t kSubCount = 1ULL << kSub;

/// Values below 16 have a bucket each; above, the leading bit and the four after it choose one.
std::size_t bucket_of(std::uint64_t value) noexcept
{
    if (value < kSubCount) {
        return value;
    }
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kSub - 1;
    return (static_cast<std::size_t>(shift) << kSub) + (value >> shift);
}

/// The largest value of a bucket.
std::uint64_t top_of(std::size_t bucket) noexcept
{
    if (bucket < 2 * kSubCount) {
        return bucket;
    }
    const auto shift = (bucket >> kSub) - 1;
    const auto lead = kSubCount + (bucket & (kSubCount - 1));
    return ((lead + 1) << shift) - 1;
}

} // namespace

void LagHistogram::add(std::chrono::nanoseconds lag) noexcept
{
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, lag.count()));
    ++m_buckets[bucket_of(value)];
    ++m_count;
}

std::chrono::nanoseconds LagHistogram::quantile(double q) const noexcept
{
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(m_count)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < m_buckets.size(); ++i) {
        seen += m_buckets[i];
        if (seen > 0 && seen >= wanted) {
            return std::chrono::nanoseconds{static_cast<std::int64_t>(top_of(i))};
        }
    }
    return std::chrono::nanoseconds{0};
}

} // namespace tlm::sim
