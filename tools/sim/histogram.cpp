// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tlm::sim {
namespace {

constexpr unsigned kSubBits = 7;
constexpr std::uint64_t kSubCount = 1ULL << kSubBits;
constexpr std::uint64_t kLongest = std::numeric_limits<std::int64_t>::max();
constexpr unsigned kBits = 63;
constexpr std::size_t kBuckets = (kBits - kSubBits + 1) << kSubBits;

/// Values below 128 have a bucket each; above, the leading bit and the seven after it choose one.
std::size_t bucket_of(std::uint64_t value) noexcept
{
    if (value < kSubCount) {
        return value;
    }
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
    return (static_cast<std::size_t>(shift) << kSubBits) + (value >> shift);
}

/// The largest value of a bucket.
std::uint64_t top_of(std::size_t bucket) noexcept
{
    if (bucket < 2 * kSubCount) {
        return bucket;
    }
    const auto shift = (bucket >> kSubBits) - 1;
    const auto lead = kSubCount + (bucket & (kSubCount - 1));
    return ((lead + 1) << shift) - 1;
}

nanoseconds time_of(std::uint64_t value) noexcept
{
    return nanoseconds{static_cast<std::int64_t>(value)};
}

std::uint64_t value_of(nanoseconds time) noexcept
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count()));
}

} // namespace

Histogram::Histogram() : m_buckets(kBuckets), m_min(kLongest) {}

void Histogram::add(nanoseconds time, std::uint64_t count) noexcept
{
    if (count == 0) {
        return;
    }
    const auto value = value_of(time);
    m_buckets[bucket_of(value)] += count;
    m_count += count;
    m_min = std::min(m_min, value);
    m_max = std::max(m_max, value);
}

void Histogram::merge(const Histogram& other) noexcept
{
    std::transform(m_buckets.begin(), m_buckets.end(), other.m_buckets.begin(), m_buckets.begin(),
                   std::plus<>{});
    m_count += other.m_count;
    m_min = std::min(m_min, other.m_min);
    m_max = std::max(m_max, other.m_max);
}

nanoseconds Histogram::quantile(double q) const noexcept
{
    const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(m_count)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < m_buckets.size(); ++i) {
        seen += m_buckets[i];
        if (seen > 0 && seen >= wanted) {
            return time_of(std::min(top_of(i), m_max));
        }
    }
    return time_of(m_max);
}

nanoseconds Histogram::min() const noexcept
{
    return m_count == 0 ? nanoseconds{0} : time_of(m_min);
}

nanoseconds Histogram::max() const noexcept
{
    return time_of(m_max);
}

double Histogram::mean() const noexcept
{
    double sum = 0;
    for_each([&sum](nanoseconds time, std::uint64_t count) {
        sum += static_cast<double>(time.count()) * static_cast<double>(count);
    });
    return m_count == 0 ? 0 : sum / static_cast<double>(m_count);
}

double Histogram::deviation() const noexcept
{
    const double middle = mean();
    double squares = 0;
    for_each([&](nanoseconds time, std::uint64_t count) {
        const double off = static_cast<double>(time.count()) - middle;
        squares += off * off * static_cast<double>(count);
    });
    return m_count == 0 ? 0 : std::sqrt(squares / static_cast<double>(m_count));
}

void Histogram::for_each(const std::function<void(nanoseconds, std::uint64_t)>& visit) const
{
    for (std::size_t i = 0; i < m_buckets.size(); ++i) {
        if (m_buckets[i] > 0) {
            visit(time_of(std::min(top_of(i), m_max)), m_buckets[i]);
        }
    }
}

void Histogram::limit(nanoseconds min, nanoseconds max) noexcept
{
    m_min = value_of(min);
    m_max = value_of(max);
}

} // namespace tlm::sim
