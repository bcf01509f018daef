// SPDX-License-Identifier: Apache-2.0
// Which of many devices is due next.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tlm::sim {

/// Devices by the moment they are due, the earliest first; of the same moment the smaller index. A
/// heap with four children a node, 16 bytes a device: the children of a node share a cache line, so
/// a million devices cost about ten steps a message. (Williams 1964, Johnson 1975.)
class DueHeap {
  public:
    struct Entry {
        std::chrono::nanoseconds due{0};
        std::uint32_t device = 0;

        [[nodiscard]] bool operator<(const Entry& other) const noexcept
        {
            return due != other.due ? due < other.due : device < other.device;
        }
    };

    /// In any order; once, before the rest.
    void fill(std::vector<Entry> entries)
    {
        m_entries = std::move(entries);
        for (std::size_t i = m_entries.size() / kChildren + 1; i-- > 0;) {
            sink(i);
        }
    }

    [[nodiscard]] bool empty() const noexcept { return m_entries.empty(); }

    [[nodiscard]] const Entry& top() const noexcept { return m_entries.front(); }

    /// Gives the top device its next moment.
    void postpone(std::chrono::nanoseconds due)
    {
        m_entries.front().due = due;
        sink(0);
    }

    /// Takes the top device out.
    void pop()
    {
        m_entries.front() = m_entries.back();
        m_entries.pop_back();
        sink(0);
    }

  private:
    static constexpr std::size_t kChildren = 4;

    void sink(std::size_t at)
    {
        if (at >= m_entries.size()) {
            return;
        }
        const Entry sinking = m_entries[at];
        for (;;) {
            const std::size_t first = at * kChildren + 1;
            const std::size_t end = std::min(first + kChildren, m_entries.size());
            std::size_t least = first;
            for (std::size_t child = first + 1; child < end; ++child) {
                least = m_entries[child] < m_entries[least] ? child : least;
            }
            if (first >= end || !(m_entries[least] < sinking)) {
                break;
            }
            m_entries[at] = m_entries[least];
            at = least;
        }
        m_entries[at] = sinking;
    }

    std::vector<Entry> m_entries;
};

} // namespace tlm::sim
