// SPDX-License-Identifier: Apache-2.0
#include "tools/store/batch.hpp"

#include <algorithm>
#include <map>

namespace tlm::store {

void Batch::add(const Record& record, const Input& input)
{
    const auto place = [&](std::string_view part) {
        return part.empty() ? Text{}
                            : Text{static_cast<std::uint32_t>(part.data() - input.value.data()),
                                   static_cast<std::uint32_t>(part.size())};
    };
    Row row;
    row.value_at = m_arena.size();
    row.value_size = static_cast<std::uint32_t>(input.value.size());
    row.key_size = static_cast<std::uint32_t>(input.key.size());
    row.device = intern(record.device_id);
    row.tags = place(record.tags);
    row.data = place(record.data);
    row.ts = record.ts;
    row.received_at = record.received_at;
    row.boot = record.boot;
    row.seq = record.seq;
    row.offset = input.position.offset;
    row.partition = input.position.partition;
    m_arena.append(input.value);
    m_arena.append(input.key);
    m_rows.push_back(row);
}

void Batch::skip(std::int32_t partition, std::int64_t offset)
{
    m_skips.push_back({m_rows.size(), partition, offset, false});
}

void Batch::forget(std::span<const std::int32_t> partitions)
{
    const auto gone = [&](std::int32_t partition) {
        return std::find(partitions.begin(), partitions.end(), partition) != partitions.end();
    };
    for (auto& row : m_rows) {
        row.state = gone(row.partition) ? State::forgotten : row.state;
    }
    for (auto& skip : m_skips) {
        skip.forgotten = skip.forgotten || gone(skip.partition);
    }
}

void Batch::clear()
{
    m_arena.clear();
    m_rows.clear();
    m_skips.clear();
    m_device_index.clear();
    m_devices.clear();
}

std::uint32_t Batch::intern(std::string_view device)
{
    if (const auto found = m_device_index.find(device); found != m_device_index.end()) {
        return found->second;
    }
    const auto index = static_cast<std::uint32_t>(m_devices.size());
    m_device_index.emplace(m_devices.emplace_back(device), index);
    return index;
}

std::string_view Batch::value(const Row& row) const
{
    return std::string_view{m_arena}.substr(row.value_at, row.value_size);
}

std::string_view Batch::key(const Row& row) const
{
    return std::string_view{m_arena}.substr(row.value_at + row.value_size, row.key_size);
}

std::string_view Batch::text(const Row& row, Text text) const
{
    return std::string_view{m_arena}.substr(row.value_at + text.at, text.size);
}

std::vector<std::uint32_t> Batch::order(std::size_t begin, std::size_t end) const
{
    // Devices are few and rows are many: rank the names once, then compare numbers.
    std::vector<std::uint32_t> by_name(m_devices.size());
    for (std::uint32_t i = 0; i < by_name.size(); ++i) {
        by_name[i] = i;
    }
    std::sort(by_name.begin(), by_name.end(),
              [&](std::uint32_t a, std::uint32_t b) { return m_devices[a] < m_devices[b]; });
    std::vector<std::uint32_t> rank(m_devices.size());
    for (std::uint32_t i = 0; i < by_name.size(); ++i) {
        rank[by_name[i]] = i;
    }

    struct Key {
        EpochMs ts;
        std::uint32_t rank;
        std::uint32_t row;
    };

    std::vector<Key> keys;
    keys.reserve(end - begin);
    for (auto i = begin; i < end; ++i) {
        if (m_rows[i].state == State::live) {
            keys.push_back({m_rows[i].ts, rank[m_rows[i].device], static_cast<std::uint32_t>(i)});
        }
    }
    std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
        return a.rank != b.rank ? a.rank < b.rank : a.ts != b.ts ? a.ts < b.ts : a.row < b.row;
    });
    std::vector<std::uint32_t> result(keys.size());
    std::transform(keys.begin(), keys.end(), result.begin(), [](const Key& k) { return k.row; });
    return result;
}

std::vector<Advance> Batch::advances(std::size_t begin, std::size_t end) const
{
    std::map<std::int32_t, Advance> by_partition;
    const auto count = [&](std::int32_t partition, std::int64_t offset) {
        const auto [found, added] =
            by_partition.try_emplace(partition, Advance{partition, offset, offset + 1});
        if (!added) {
            found->second.first = std::min(found->second.first, offset);
            found->second.next = std::max(found->second.next, offset + 1);
        }
    };
    for (auto i = begin; i < end; ++i) {
        if (m_rows[i].state != State::forgotten) {
            count(m_rows[i].partition, m_rows[i].offset);
        }
    }
    for (const auto& skip : m_skips) {
        const bool in_slice = skip.rows_before >= begin && skip.rows_before < end;
        const bool behind_last = skip.rows_before == end && end == m_rows.size();
        if (!skip.forgotten && (in_slice || behind_last)) {
            count(skip.partition, skip.offset);
        }
    }
    std::vector<Advance> result;
    result.reserve(by_partition.size());
    for (const auto& [partition, advance] : by_partition) {
        result.push_back(advance);
    }
    return result;
}

SlicePlan::Slice SlicePlan::slice() const noexcept
{
    return {m_begin, std::min(m_rows, m_begin + m_limit)};
}

void SlicePlan::committed() noexcept
{
    m_begin = slice().end;
    m_done = m_begin == m_rows;
    m_refusals = 0;
    m_limit = std::min(m_limit * 2, m_rows);
}

void SlicePlan::refused() noexcept
{
    if (++m_refusals >= kPatience) {
        m_refusals = 0;
        const auto size = slice().end - m_begin;
        m_limit = std::max(std::min(kSmallest, size), size / 4);
    }
}

bool SlicePlan::halve() noexcept
{
    const auto size = slice().end - m_begin;
    if (size <= 1) {
        return false;
    }
    m_limit = size / 2;
    return true;
}

} // namespace tlm::store
