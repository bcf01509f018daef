// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/repeat_filter.hpp"

#include <algorithm>
#include <utility>

namespace tlm::kafka {

std::optional<std::uint64_t> RepeatFilter::admit(std::string_view text, Monotonic now)
{
    // What follows is how long it took and how often it was seen.
    std::string key(text.substr(0, text.find(" (after ")));
    key.erase(std::remove_if(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; }),
              key.end());
    if (m_seen.size() >= kMaxTexts && !m_seen.contains(key)) {
        m_seen.clear();
    }
    const auto [entry, added] = m_seen.try_emplace(std::move(key));
    auto& seen = entry->second;
    if (!added && now < seen.next) {
        ++seen.hidden;
        return std::nullopt;
    }
    seen.next = now + m_interval;
    return std::exchange(seen.hidden, 0);
}

} // namespace tlm::kafka
