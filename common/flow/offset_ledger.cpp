// SPDX-License-Identifier: Apache-2.0
#include "common/flow/offset_ledger.hpp"

#include <algorithm>

namespace tlm {

bool OffsetLedger::open(std::int32_t partition, std::int64_t offset)
{
    auto& state = m_partitions[partition];
    if (offset <= state.last_opened) {
        return false;
    }
    state.last_opened = offset;
    state.entries.push_back({offset, false});
    ++m_outstanding;
    return true;
}

bool OffsetLedger::done(std::int32_t partition, std::int64_t offset)
{
    const auto found = m_partitions.find(partition);
    if (found == m_partitions.end()) {
        return false;
    }
    auto& state = found->second;
    const auto entry = std::lower_bound(
        state.entries.begin(), state.entries.end(), offset,
        [](const Entry& candidate, std::int64_t wanted) { return candidate.offset < wanted; });
    if (entry == state.entries.end() || entry->offset != offset || entry->done) {
        return false;
    }
    entry->done = true;
    --m_outstanding;
    while (!state.entries.empty() && state.entries.front().done) {
        state.committable = state.entries.front().offset + 1;
        state.moved = true;
        ++m_settled;
        state.entries.pop_front();
    }
    return true;
}

std::optional<std::int64_t> OffsetLedger::take_committable(std::int32_t partition)
{
    const auto found = m_partitions.find(partition);
    if (found == m_partitions.end() || !found->second.moved) {
        return std::nullopt;
    }
    found->second.moved = false;
    return found->second.committable;
}

void OffsetLedger::forget(std::int32_t partition)
{
    const auto found = m_partitions.find(partition);
    if (found == m_partitions.end()) {
        return;
    }
    const auto& entries = found->second.entries;
    m_outstanding -= static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [](const Entry& e) { return !e.done; }));
    m_partitions.erase(found);
}

} // namespace tlm
