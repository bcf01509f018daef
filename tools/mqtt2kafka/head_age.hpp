// SPDX-License-Identifier: Apache-2.0
// For how long the oldest message has been waiting, whatever became of its connection.
#pragma once

#include "common/base/time.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace tlm::mqtt2kafka {

/// A window that is given up comes again with the next connection, and is no younger for it. One
/// object a broker. Pure.
class HeadAge {
  public:
    /// A window of so many messages, read since `oldest`, was not acknowledged.
    void lost(Monotonic oldest, std::size_t messages) noexcept
    {
        m_since = std::min(m_since.value_or(oldest), oldest);
        m_messages = std::max(m_messages, messages);
    }

    /// So many messages were acknowledged. Redeliveries come before anything new.
    void released(std::size_t messages) noexcept
    {
        m_messages -= std::min(messages, m_messages);
        if (m_messages == 0) {
            m_since.reset();
        }
    }

    /// Nothing came again: the broker had read the acknowledgements, or keeps no such message.
    void forget() noexcept { released(m_messages); }

    /// `window`: when the oldest message of the window now open was read.
    [[nodiscard]] std::optional<Monotonic> oldest(std::optional<Monotonic> window) const noexcept
    {
        return m_since && window ? std::min(*m_since, *window) : (m_since ? m_since : window);
    }

  private:
    std::optional<Monotonic> m_since;
    std::size_t m_messages = 0;
};

} // namespace tlm::mqtt2kafka
