// SPDX-License-Identifier: Apache-2.0
#include "common/validation/device_table.hpp"

#include <algorithm>

namespace tlm::validation {

DeviceTable::DeviceTable(std::size_t max_devices, DigestKey key)
    : m_max_devices(std::clamp<std::size_t>(max_devices, 8, kNone)), m_key(key), m_index(16)
{}

DeviceTable::Place DeviceTable::visit(std::string_view id, Standing standing)
{
    const std::uint64_t wanted = digest(id, m_key);
    std::size_t slot = slot_of(wanted);
    if (m_index[slot] != 0) {
        const Row row = m_index[slot] - 1;
        unlink(row);
        m_devices[row].known = standing == Standing::unlisted ? 0 : 1;
        append(row);
        return {row, false};
    }
    const bool full = size() == m_max_devices;
    const Row row = full ? evict() : static_cast<Row>(size());
    if (!full && (size() + 1) * 4 > m_index.size() * 3) {
        grow_index();
    }
    slot = slot_of(wanted);
    m_index[slot] = row + 1;
    Device& device = m_devices[row];
    device.digest = wanted;
    device.known = standing == Standing::listed ? 1 : 0;
    append(row);
    return {row, true};
}

bool DeviceTable::find(std::string_view id, Row& row) const
{
    const std::size_t slot = slot_of(digest(id, m_key));
    row = m_index[slot] - 1;
    return m_index[slot] != 0;
}

/// Where the digest stands in the index, or where it would.
std::size_t DeviceTable::slot_of(std::uint64_t digest) const
{
    const std::size_t mask = m_index.size() - 1;
    std::size_t slot = digest & mask;
    while (m_index[slot] != 0 && m_devices[m_index[slot] - 1].digest != digest) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

void DeviceTable::append(Row row)
{
    Device& device = m_devices[row];
    Queue& queue = queue_of(device);
    device.older = queue.newest;
    device.newer = kNone;
    if (queue.newest == kNone) {
        queue.oldest = row;
    } else {
        m_devices[queue.newest].newer = row & kNone;
    }
    queue.newest = row;
    ++queue.size;
}

void DeviceTable::unlink(Row row)
{
    const Device& device = m_devices[row];
    Queue& queue = queue_of(device);
    if (device.older == kNone) {
        queue.oldest = device.newer;
    } else {
        m_devices[device.older].newer = device.newer;
    }
    if (device.newer == kNone) {
        queue.newest = device.older;
    } else {
        m_devices[device.newer].older = device.older;
    }
    --queue.size;
}

void DeviceTable::grow_index()
{
    m_index.assign(m_index.size() * 2, 0);
    for (Row row = 0; row < size(); ++row) {
        m_index[slot_of(m_devices[row].digest)] = row + 1;
    }
}

/// Takes an entry out of the index and closes the gap, so that no search ends at it too early.
void DeviceTable::erase_slot(std::size_t slot)
{
    const std::size_t mask = m_index.size() - 1;
    std::size_t next = slot;
    for (;;) {
        next = (next + 1) & mask;
        if (m_index[next] == 0) {
            break;
        }
        const std::size_t home = m_devices[m_index[next] - 1].digest & mask;
        if (((next - home) & mask) >= ((next - slot) & mask)) {
            m_index[slot] = m_index[next];
            slot = next;
        }
    }
    m_index[slot] = 0;
}

/// Frees the row of the device that leaves.
DeviceTable::Row DeviceTable::evict()
{
    const bool stranger = m_known.size == 0 || m_strangers.size >= m_max_devices / 8;
    const Row row = stranger ? m_strangers.oldest : m_known.oldest;
    erase_slot(slot_of(m_devices[row].digest));
    unlink(row);
    ++m_evicted;
    return row;
}

} // namespace tlm::validation
