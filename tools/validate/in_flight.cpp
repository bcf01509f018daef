// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/in_flight.hpp"

namespace tlm::validate {

Ticket InFlight::open(std::int32_t partition, std::int64_t offset, std::size_t bytes)
{
    if (m_offsets) {
        static_cast<void>(m_ledger.open(partition, offset));
    }
    m_slots.push_back({offset, bytes, partition, false, nullptr});
    m_bytes += bytes;
    ++m_outstanding;
    return m_first + m_slots.size() - 1;
}

void InFlight::hold(Ticket ticket, std::unique_ptr<Held> held)
{
    m_slots.at(ticket - m_first).held = std::move(held);
}

const Held* InFlight::held(Ticket ticket) const
{
    return m_slots.at(ticket - m_first).held.get();
}

std::pair<std::int32_t, std::int64_t> InFlight::position(Ticket ticket) const
{
    const auto& slot = m_slots.at(ticket - m_first);
    return {slot.partition, slot.offset};
}

bool InFlight::done(Ticket ticket)
{
    if (ticket < m_first || ticket - m_first >= m_slots.size()) {
        return false;
    }
    auto& slot = m_slots[ticket - m_first];
    if (slot.done) {
        return false;
    }
    slot.done = true;
    slot.held.reset();
    --m_outstanding;
    if (m_offsets) {
        // Refused for a partition that was taken away meanwhile: nothing depends on it any more.
        static_cast<void>(m_ledger.done(slot.partition, slot.offset));
    }
    while (!m_slots.empty() && m_slots.front().done) {
        m_bytes -= m_slots.front().bytes;
        m_slots.pop_front();
        ++m_first;
    }
    return true;
}

} // namespace tlm::validate
