// SPDX-License-Identifier: Apache-2.0
#include "common/base/backoff.hpp"

#include <algorithm>

namespace tlm {

milliseconds backoff_delay(milliseconds first, milliseconds limit, unsigned failures, double unit)
{
    constexpr unsigned kMaxDoublings = 30; // beyond it the product would overflow, not grow
    const auto doublings = std::min(failures, kMaxDoublings);
    const auto ceiling = std::min<std::int64_t>(limit.count(), first.count() << doublings);
    const auto floor = std::min(first.count() / 2, ceiling);
    const auto drawn = static_cast<double>(ceiling - floor) * unit;
    return milliseconds{floor + static_cast<std::int64_t>(drawn)};
}

milliseconds Backoff::next(double unit)
{
    return backoff_delay(m_first, m_limit, m_attempts++, unit);
}

} // namespace tlm
