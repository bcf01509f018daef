// SPDX-License-Identifier: Apache-2.0
#include "common/validation/flood_cap.hpp"

#include "common/base/units.hpp"

#include <utility>

namespace tlm::validation {

FloodCap::FloodCap(FloodCapSettings settings, DigestKey key) : m_settings(settings), m_key(key)
{
    if (m_settings.limit) {
        m_limiter.emplace(*m_settings.limit);
    }
}

bool FloodCap::admit(std::string_view device_id, Reason reason, std::string_view payload,
                     EpochMs now)
{
    if (!m_settings.repeats && !m_limiter) {
        return true;
    }
    Entry* entry = track(device_id, reason);
    if (entry == nullptr) {
        return true;
    }
    if (m_settings.repeats) {
        // 0 stands for none; one text in 2^64 is then never taken for a repeat.
        const std::uint64_t bytes = digest(payload, m_key);
        if (bytes != 0 && bytes == entry->payload) {
            suppress(*entry, &Suppressed::repeats, now);
            ++m_repeats;
            return false;
        }
        if (!m_limiter || m_limiter->allow(entry->bucket, now)) {
            entry->payload = bytes;
            return true;
        }
    } else if (m_limiter->allow(entry->bucket, now)) {
        return true;
    }
    suppress(*entry, &Suppressed::lost, now);
    ++m_lost;
    return false;
}

/// The entry of the pair, now the most recent; null when there is no room for it.
FloodCap::Entry* FloodCap::track(std::string_view device_id, Reason reason)
{
    const std::uint64_t key =
        digest(device_id, {m_key.first ^ (static_cast<std::uint64_t>(reason) + 1), m_key.second});
    if (const auto found = m_index.find(key); found != m_index.end()) {
        m_entries.splice(m_entries.end(), m_entries, found->second);
        return &m_entries.back();
    }
    if (m_entries.size() >= m_settings.max_tracked) {
        if (m_entries.empty() || m_entries.front().pending()) {
            return nullptr;
        }
        m_index.erase(m_entries.front().key);
        m_entries.pop_front();
    }
    Entry& entry = m_entries.emplace_back();
    entry.key = key;
    entry.suppressed.device_id = device_id;
    entry.suppressed.reason = reason;
    m_index.emplace(key, std::prev(m_entries.end()));
    return &entry;
}

void FloodCap::suppress(Entry& entry, std::uint64_t Suppressed::*count, EpochMs now)
{
    if (!entry.pending()) {
        entry.suppressed.first = now;
        ++m_pending;
    }
    entry.suppressed.last = now;
    ++(entry.suppressed.*count);
}

void FloodCap::forget_written()
{
    for (Entry& entry : m_entries) {
        entry.payload = 0;
    }
}

std::vector<Suppressed> FloodCap::take_due(EpochMs now)
{
    return take(now, false);
}

std::vector<Suppressed> FloodCap::take_all()
{
    return take(0, true);
}

std::vector<Suppressed> FloodCap::take(EpochMs now, bool all)
{
    std::vector<Suppressed> due;
    if (m_pending == 0) {
        return due;
    }
    for (Entry& entry : m_entries) {
        // A clock that was set back must not hold a count for ever.
        const bool waited = now < entry.suppressed.first ||
                            now >= entry.suppressed.first + m_settings.summary_after.count();
        if (entry.pending() && (all || waited)) {
            due.push_back(entry.suppressed);
            entry.suppressed.repeats = 0;
            entry.suppressed.lost = 0;
            --m_pending;
        }
    }
    return due;
}

DeadLetter summary_letter(const Suppressed& suppressed, EpochMs now)
{
    std::string detail;
    if (suppressed.repeats > 0) {
        detail += std::to_string(suppressed.repeats) + " copies of dead letters written before";
    }
    if (suppressed.lost > 0) {
        detail += detail.empty() ? "" : " and ";
        detail += std::to_string(suppressed.lost) + " dead letters beyond the limit";
    }
    detail += " were suppressed from " + format_rfc3339(suppressed.first) + " to " +
              format_rfc3339(suppressed.last);
    DeadLetter letter{
        {suppressed.reason, "", std::move(detail)}, {}, suppressed.device_id, {}, now};
    letter.suppressed = suppressed.repeats + suppressed.lost;
    return letter;
}

} // namespace tlm::validation
