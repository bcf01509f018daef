// SPDX-License-Identifier: Apache-2.0
#include "common/validation/skew.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::validation {

void Skew::observe(EpochMs ts, EpochMs received_at) noexcept
{
    constexpr double kTimeConstantS = 600;
    constexpr EpochMs kLatestS = 0xFFFF'FFFF;
    // Through double: any two int64 may stand here, and their difference need not be one.
    const double difference = static_cast<double>(received_at) - static_cast<double>(ts);
    const auto now_s =
        static_cast<std::uint32_t>(std::clamp<EpochMs>(received_at / 1'000, 1, kLatestS));
    const double old = m_estimate_ms;
    if (!known() || difference <= old) {
        m_estimate_ms = static_cast<float>(difference);
    } else if (now_s > m_at_s) {
        const double share = -std::expm1(-static_cast<double>(now_s - m_at_s) / kTimeConstantS);
        m_estimate_ms = static_cast<float>(old + (difference - old) * share);
    }
    m_at_s = now_s;
}

milliseconds Skew::estimate() const noexcept
{
    constexpr float kMost = 9e18F;
    return milliseconds{std::llround(std::clamp(m_estimate_ms, -kMost, kMost))};
}

} // namespace tlm::validation
