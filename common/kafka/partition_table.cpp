// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/partition_table.hpp"

#include <algorithm>
#include <utility>

namespace tlm::kafka {

void PartitionTable::hold(std::int32_t partition, std::int64_t start)
{
    const auto index = static_cast<std::size_t>(partition);
    if (index >= m_slots.size()) {
        m_slots.resize(index + 1);
    }
    m_slots[index] = Slot{.held = true, .start = start};
}

void PartitionTable::drop(std::int32_t partition)
{
    if (auto* const slot = find(partition)) {
        *slot = Slot{};
    }
    m_commits.erase(partition);
}

Slot* PartitionTable::find(std::int32_t partition) noexcept
{
    const auto index = static_cast<std::size_t>(partition);
    return partition >= 0 && index < m_slots.size() && m_slots[index].held ? &m_slots[index]
                                                                           : nullptr;
}

std::vector<std::int32_t> PartitionTable::held() const
{
    std::vector<std::int32_t> partitions;
    for (std::size_t index = 0; index < m_slots.size(); ++index) {
        if (m_slots[index].held) {
            partitions.push_back(static_cast<std::int32_t>(index));
        }
    }
    return partitions;
}

const Slot& PartitionTable::operator[](std::int32_t partition) const
{
    return m_slots.at(static_cast<std::size_t>(partition));
}

bool PartitionTable::all_ended() const noexcept
{
    return std::all_of(m_slots.begin(), m_slots.end(),
                       [](const Slot& slot) { return !slot.held || slot.ended; });
}

void PartitionTable::commit(std::int32_t partition, std::int64_t next_offset)
{
    if (find(partition) == nullptr) {
        return;
    }
    auto& pending = m_commits.try_emplace(partition, next_offset).first->second;
    pending = std::max(pending, next_offset);
}

std::map<std::int32_t, std::int64_t> PartitionTable::take_commits()
{
    return std::exchange(m_commits, {});
}

void PartitionTable::give_back(const std::map<std::int32_t, std::int64_t>& commits)
{
    for (const auto& [partition, next_offset] : commits) {
        commit(partition, next_offset);
    }
}

} // namespace tlm::kafka
