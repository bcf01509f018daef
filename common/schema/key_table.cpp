// SPDX-License-Identifier: Apache-2.0
#include "common/schema/key_table.hpp"

#include <bit>

namespace tlm::schema {

std::uint32_t KeyTable::add(std::string_view text)
{
    const Key key{text};
    if (const std::uint32_t there = find(key); there != kNone) {
        return there;
    }
    m_keys.push_back(key);
    rehash();
    return size() - 1;
}

void KeyTable::rehash()
{
    const std::size_t wanted = std::bit_ceil(2 * m_keys.size());
    std::uint32_t first = size() - 1;
    if (wanted != m_slots.size()) {
        m_slots.assign(wanted, kNone);
        m_mask = wanted - 1;
        first = 0;
    }
    for (std::uint32_t number = first; number < size(); ++number) {
        std::size_t slot = first_slot(m_keys[number]);
        while (m_slots[slot] != kNone) {
            slot = (slot + 1) & m_mask;
        }
        m_slots[slot] = number;
    }
}

} // namespace tlm::schema
