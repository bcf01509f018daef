// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/message_pool.hpp"

namespace tlm::mqtt {

MessagePool::Index MessagePool::take()
{
    ++m_used;
    if (m_free == kNone) {
        m_slots.emplace_back().next = kNone;
        return static_cast<Index>(m_slots.size() - 1);
    }
    const auto index = m_free;
    auto& slot = m_slots[index];
    m_free = slot.next;
    slot.next = kNone;
    slot.packet_id = 0;
    slot.state = HeldMessage::State::published;
    return index;
}

void MessagePool::release(Index index) noexcept
{
    constexpr std::size_t kKept = 1'024; // rare large messages give their memory back
    auto& slot = m_slots[index];
    m_bytes -= slot.packet.size();
    --m_used;
    if (slot.packet.capacity() > kKept) {
        std::string{}.swap(slot.packet);
    } else {
        slot.packet.clear();
    }
    slot.next = m_free;
    m_free = index;
}

} // namespace tlm::mqtt
