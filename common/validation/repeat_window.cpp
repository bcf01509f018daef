// SPDX-License-Identifier: Apache-2.0
#include "common/validation/repeat_window.hpp"

#include <algorithm>

namespace tlm::validation {
namespace {

std::uint32_t shortened(std::uint64_t digest) noexcept
{
    return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(digest));
}

} // namespace

bool RepeatWindow::observe(EpochMs ts, std::uint64_t digest) noexcept
{
    const std::uint32_t own = shortened(digest);
    const bool nothing_seen = m_digests.front() == 0;
    const bool may_repeat = !nothing_seen && ts <= m_newest;
    if (may_repeat && std::find(m_digests.begin(), m_digests.end(), own) != m_digests.end()) {
        return true;
    }
    m_newest = may_repeat ? m_newest : ts;
    std::copy_backward(m_digests.begin(), m_digests.end() - 1, m_digests.end());
    m_digests.front() = own;
    return false;
}

void RepeatWindow::forget(std::uint64_t digest) noexcept
{
    const auto left = std::remove(m_digests.begin(), m_digests.end(), shortened(digest));
    std::fill(left, m_digests.end(), 0);
}

} // namespace tlm::validation
