// SPDX-License-Identifier: Apache-2.0
#include "common/validation/rate_limiter.hpp"

#include "common/base/units.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::validation {
namespace {

constexpr double kSlowest = 1.0 / 86'400;
constexpr double kFastest = 1e6;
constexpr std::uint64_t kLargestBurst = 1'000'000;

std::optional<double> seconds_of(std::string_view unit)
{
    if (unit == "s") {
        return 1;
    }
    if (unit == "m") {
        return 60;
    }
    if (unit == "h") {
        return 3'600;
    }
    return unit == "d" ? std::optional{86'400.0} : std::nullopt;
}

/// Whatever a record says, sums of it stay far from the ends of int64.
std::int64_t to_us(EpochMs time)
{
    constexpr EpochMs kLatest = EpochMs{1} << 52U;
    return std::clamp<EpochMs>(time, 0, kLatest) * 1'000;
}

} // namespace

std::optional<Rate> parse_rate(std::string_view text)
{
    constexpr std::string_view kBurst = "burst=";
    const auto comma = text.find(',');
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || slash > comma) {
        return std::nullopt;
    }
    const auto count = parse_number(text.substr(0, slash));
    const auto seconds = seconds_of(text.substr(slash + 1, comma - slash - 1));
    if (!count || !seconds) {
        return std::nullopt;
    }
    const double per_second = *count / *seconds;
    // A little more than the slowest: 1/d divides to just below it.
    if (!(per_second >= kSlowest * 0.999 && per_second <= kFastest)) {
        return std::nullopt;
    }
    auto burst = std::optional{static_cast<std::uint64_t>(std::ceil(per_second))};
    if (comma != std::string_view::npos) {
        const auto option = text.substr(comma + 1);
        burst = option.starts_with(kBurst) ? parse_unsigned(option.substr(kBurst.size()))
                                           : std::nullopt;
    }
    if (!burst || *burst < 1 || *burst > kLargestBurst) {
        return std::nullopt;
    }
    return Rate{per_second, static_cast<std::uint32_t>(*burst)};
}

RateLimiter::RateLimiter(Rate rate)
    : m_interval_us(std::max<std::int64_t>(1, std::llround(1e6 / rate.per_second))),
      m_capacity_us(m_interval_us * rate.burst)
{}

bool RateLimiter::allow(Bucket& bucket, EpochMs now) const noexcept
{
    const std::int64_t now_us = to_us(now);
    // Empty buckets are full again after m_capacity_us: a later time means that time went back.
    if (bucket.full_at_us < now_us || bucket.full_at_us - now_us > m_capacity_us) {
        bucket.full_at_us = now_us;
    }
    if (bucket.full_at_us - now_us > m_capacity_us - m_interval_us) {
        return false;
    }
    bucket.full_at_us += m_interval_us;
    return true;
}

} // namespace tlm::validation
