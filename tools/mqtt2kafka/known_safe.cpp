// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/known_safe.hpp"

namespace tlm::mqtt2kafka {

const std::string& KnownSafe::key_of(const Message& message)
{
    // A topic has no NUL, so topic and payload cannot run into each other.
    m_key.assign(message.topic).push_back('\0');
    m_key.append(message.payload);
    return m_key;
}

void KnownSafe::remember(const Message& message)
{
    ++m_counts[key_of(message)];
}

bool KnownSafe::take(const Message& message)
{
    if (m_counts.empty() || !message.dup) {
        return false;
    }
    const auto found = m_counts.find(key_of(message));
    if (found == m_counts.end()) {
        return false;
    }
    if (--found->second == 0) {
        m_counts.erase(found);
    }
    return true;
}

} // namespace tlm::mqtt2kafka
