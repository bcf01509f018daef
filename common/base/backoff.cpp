// SPDX-License-Identifier: Apache-2.0
#include "common/base/backoff.hpp"

#include <algorithm>

namespace tlm {

milliseconds Backoff::next(double unit)
{
    constexpr unsigned kMaxDoublings = 30; // beyond it the product would overflow, not grow
    const auto doublings = std::min(m_attempts, kMaxDoublings);
    ++m_attempts;
    const auto ceiling = std::min<std::int64_t>(m_limit.count(), m_first.count() << doublings);
    const auto floor = std::min(m_first.count() / 2, ceiling);
    const auto drawn = static_cast<double>(ceiling - floor) * unit;
    return milliseconds{floor + static_cast<std::int64_t>(drawn)};
}

} // namespace tlm
