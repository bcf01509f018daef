// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/hop_watch.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace tlm::sim {

void HopWatch::arrived(std::string_view device_id, std::int64_t boot, std::uint64_t seq,
                       EpochMicros at)
{
    const auto id = m_sent.find(device_id, boot, seq);
    if (id && take(*id)) {
        m_histogram.add(std::chrono::microseconds{at - m_sent[*id].intended});
    }
}

void HopWatch::found(std::string_view device_id, std::int64_t boot, std::uint64_t seq)
{
    if (const auto id = m_sent.find(device_id, boot, seq)) {
        (void)take(*id);
    }
}

/// True the first time.
bool HopWatch::take(SentMessages::Id id)
{
    if (m_seen.size() <= id) {
        m_seen.resize(std::max<std::size_t>(id + std::size_t{1}, m_sent.size()));
    }
    const bool first = !m_seen[id];
    m_seen[id] = true;
    return first;
}

bool HopWatch::complete() const
{
    std::vector<bool> settled(m_all ? 0 : m_sent.device_count()); // from the last message on
    for (std::size_t i = m_sent.size(); i > m_begin; --i) {
        const auto id = static_cast<SentMessages::Id>(i - 1);
        if (!m_all && settled[m_sent.device_of(id)]) {
            continue;
        }
        const bool seen = i <= m_seen.size() && m_seen[id];
        if (!seen && m_sent[id].expected == Expected::topic) {
            return false;
        }
        if (!m_all && seen) {
            settled[m_sent.device_of(id)] = true;
        }
    }
    return true;
}

} // namespace tlm::sim
