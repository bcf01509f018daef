// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/message_batch.hpp"

#include <algorithm>

namespace tlm::mqtt2kafka {

/// The last block when there is room in it, else a new one; a large message has one of its own.
std::string& MessageBatch::block_for(std::size_t bytes)
{
    if (m_blocks_used > 0) {
        std::string& last = m_blocks[m_blocks_used - 1];
        if (bytes <= last.capacity() - last.size()) {
            return last;
        }
    }
    if (m_blocks_used == m_blocks.size()) {
        m_blocks.emplace_back();
    }
    std::string& next = m_blocks[m_blocks_used++];
    next.reserve(std::max(bytes, kBlock));
    return next;
}

void MessageBatch::add(const Message& message)
{
    const std::size_t bytes = message.topic.size() + message.payload.size();
    std::string& block = block_for(bytes);
    m_entries.push_back({m_blocks_used - 1, block.size(), message.topic.size(),
                         message.payload.size(), message.qos, message.retain, message.dup,
                         m_properties.size(), message.properties.size(), message.properties_cut});
    m_properties.insert(m_properties.end(), message.properties.begin(), message.properties.end());
    block.append(message.topic).append(message.payload);
    m_bytes += bytes;
}

Message MessageBatch::operator[](std::size_t index) const noexcept
{
    const Entry& entry = m_entries[index];
    const char* const begin = m_blocks[entry.block].data() + entry.begin;
    return {{begin, entry.topic_size},
            {begin + entry.topic_size, entry.payload_size},
            entry.qos,
            entry.retain,
            entry.dup,
            std::span{m_properties}.subspan(entry.first_property, entry.properties),
            entry.properties_cut};
}

void MessageBatch::clear()
{
    m_entries.clear();
    m_properties.clear();
    m_bytes = m_blocks_used = 0;
    std::size_t kept = 0;
    std::erase_if(m_blocks, [&kept](std::string& block) {
        block.clear();
        kept += block.capacity();
        return kept > kKept;
    });
}

} // namespace tlm::mqtt2kafka
