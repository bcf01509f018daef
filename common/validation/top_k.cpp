// SPDX-License-Identifier: Apache-2.0
#include "common/validation/top_k.hpp"

#include <algorithm>

namespace tlm::validation {
namespace {

/// At most 128 bytes, none of them a part of a character.
std::string_view cut(std::string_view text)
{
    constexpr std::size_t kLongest = 128;
    if (text.size() <= kLongest) {
        return text;
    }
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
        --end;
    }
    return text.substr(0, end);
}

} // namespace

void TopFailing::count(std::string_view reason, std::string_view path, std::string_view type)
{
    path = cut(path);
    type = cut(type);
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& entry) {
        return entry.failing.path == path && entry.failing.type == type &&
               entry.failing.reason == reason;
    });
    if (found != m_entries.end()) {
        ++found->count;
        return;
    }
    Failing failing{std::string{reason}, std::string{path}, std::string{type}};
    if (m_entries.size() < m_capacity) {
        m_entries.push_back({std::move(failing), 1, 0});
        return;
    }
    // The newcomer takes the place of the least frequent, and may have been there as often.
    const auto least =
        std::min_element(m_entries.begin(), m_entries.end(),
                         [](const Entry& a, const Entry& b) { return a.count < b.count; });
    *least = {std::move(failing), least->count + 1, least->count};
}

std::vector<TopFailing::Entry> TopFailing::top(std::size_t k) const
{
    std::vector<Entry> sorted = m_entries;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Entry& a, const Entry& b) { return a.count > b.count; });
    sorted.resize(std::min(k, sorted.size()));
    return sorted;
}

} // namespace tlm::validation
