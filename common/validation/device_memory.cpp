// SPDX-License-Identifier: Apache-2.0
#include "common/validation/device_memory.hpp"

namespace tlm::validation {

DeviceTable::Row DeviceMemory::visit(std::string_view id, Standing standing)
{
    const auto [row, fresh] = m_devices.visit(id, standing);
    if (fresh) {
        m_buckets.clear(row);
        m_sequences.clear(row);
        m_skews.clear(row);
        m_readings.clear(row);
    }
    return row;
}

void DeviceMemory::forget_message(const Record& record)
{
    DeviceTable::Row row = 0;
    if (m_devices.find(record.device_id, row) && m_sequences.has(row)) {
        m_sequences[row].forget(record);
    }
}

} // namespace tlm::validation
