// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/message_batch.hpp"

namespace tlm::mqtt2kafka {

void MessageBatch::add(const Message& message)
{
    m_entries.push_back({m_bytes.size(), message.topic.size(), message.payload.size(), message.qos,
                         message.retain, message.dup, m_properties.size(),
                         message.properties.size(), message.properties_cut});
    m_properties.insert(m_properties.end(), message.properties.begin(), message.properties.end());
    m_bytes.append(message.topic).append(message.payload);
}

Message MessageBatch::operator[](std::size_t index) const noexcept
{
    const Entry& entry = m_entries[index];
    const char* const begin = m_bytes.data() + entry.begin;
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
    m_bytes.clear();
    m_properties.clear();
    if (m_bytes.capacity() > kKept) {
        m_bytes.shrink_to_fit();
    }
}

} // namespace tlm::mqtt2kafka
