// SPDX-License-Identifier: Apache-2.0
#include "common/validation/device_memory.hpp"

namespace tlm::validation {

DeviceTable::Row DeviceMemory::visit(std::string_view id, Standing standing)
{
    const auto [row, fresh] = m_devices.visit(id, standing);
    if (fresh) {
        m_buckets.clear(row);
        m_sequences.clear(row);
        m_repeats.clear(row);
        if (m_skews.has(row)) {
            if (m_skews[row].known()) {
                m_clocks.leave(m_skews[row].estimate());
            }
            m_skews.clear(row);
        }
        m_readings.clear(row);
    }
    return row;
}

std::optional<milliseconds> DeviceMemory::observe_skew(DeviceTable::Row row, const Record& record)
{
    Skew& skew = m_skews[row];
    const auto before = skew.known() ? std::optional{skew.estimate()} : std::nullopt;
    if (record.ts_from_bridge) {
        return before;
    }
    skew.observe(record.ts, record.received_at);
    m_clocks.observe(record.device_id, before, skew.estimate());
    return skew.estimate();
}

std::uint64_t DeviceMemory::digest_of(const Record& record) const noexcept
{
    const auto ts = static_cast<std::uint64_t>(record.ts);
    return digest(record.data, {m_key.first ^ ts, m_key.second});
}

void DeviceMemory::forget_message(const Record& record)
{
    DeviceTable::Row row = 0;
    if (!m_devices.find(record.device_id, row)) {
        return;
    }
    if (record.seq && m_sequences.has(row)) {
        m_sequences[row].forget(record);
    } else if (!record.seq && m_repeats.has(row)) {
        m_repeats[row].forget(digest_of(record));
    }
}

} // namespace tlm::validation
