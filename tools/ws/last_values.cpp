// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/last_values.hpp"

namespace tlm::ws {

namespace {

/// The record without what is too big, but with its size in place of it.
void append_shortened(std::string& out, Record record)
{
    const auto missing = record.data.size() + record.tags.size();
    record.data = "{}";
    record.tags = {};
    append_record(out, record);
    out.pop_back();
    out += ",\"dataBytes\":";
    out += std::to_string(missing);
    out += '}';
}

/// In a topic that was made anew offsets begin at 0 again, but time goes on.
bool is_older(EpochMs received_at, Origin origin, EpochMs held_at, Origin held)
{
    return origin.partition == held.partition
               ? origin.offset <= held.offset && received_at <= held_at
               : received_at < held_at;
}

} // namespace

LastValues::LastValues(StoreLimits limits) : m_limits(limits) {}

Put LastValues::put(const Record& record, Origin origin)
{
    const auto found = m_slots.find(record.device_id);
    Slot slot = kNoSlot;
    if (found != m_slots.end()) {
        slot = found->second;
        const auto& held = m_entries[slot];
        if (is_older(record.received_at, origin, held.received_at, held.origin)) {
            return Put::stale;
        }
        unchain(slot);
    } else {
        if (m_entries.size() >= m_limits.max_devices) {
            return Put::refused;
        }
        slot = static_cast<Slot>(m_entries.size());
        m_entries.emplace_back();
        m_changed.push_back(0);
        m_slots.emplace(record.device_id, slot);
    }

    auto& entry = m_entries[slot];
    m_bytes -= entry.text.size();
    entry.text.clear();
    const bool fits = record.data.size() + record.tags.size() <= m_limits.max_value_bytes;
    if (fits) {
        append_record(entry.text, record);
    } else {
        append_shortened(entry.text, record);
    }
    m_bytes += entry.text.size();
    entry.received_at = record.received_at;
    entry.origin = origin;
    m_changed[slot] = ++m_version;
    chain_as_newest(slot);
    return fits ? Put::stored : Put::shortened;
}

Slot LastValues::next_changed(Slot from, Version since) const
{
    for (auto slot = from; slot < m_changed.size(); ++slot) {
        if (m_changed[slot] > since) {
            return slot;
        }
    }
    return kNoSlot;
}

std::optional<Slot> LastValues::find(std::string_view device_id) const
{
    const auto found = m_slots.find(device_id);
    if (found == m_slots.end()) {
        return std::nullopt;
    }
    return found->second;
}

void LastValues::unchain(Slot slot)
{
    auto& entry = m_entries[slot];
    if (entry.older != kNoSlot) {
        m_entries[entry.older].newer = entry.newer;
    }
    if (entry.newer != kNoSlot) {
        m_entries[entry.newer].older = entry.older;
    } else {
        m_newest = entry.older;
    }
}

void LastValues::chain_as_newest(Slot slot)
{
    auto& entry = m_entries[slot];
    entry.older = m_newest;
    entry.newer = kNoSlot;
    if (m_newest != kNoSlot) {
        m_entries[m_newest].newer = slot;
    }
    m_newest = slot;
}

} // namespace tlm::ws
