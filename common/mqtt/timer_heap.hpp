// SPDX-License-Identifier: Apache-2.0
// One deadline for each of very many things.
#pragma once

#include "common/base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace tlm::mqtt {

/// Wakes numbered things when they asked for it. Asking again for a later time costs nothing: the
/// earlier entry stays in the heap, and whoever is woken looks whether there is something to do.
/// Pure.
class TimerHeap {
  public:
    explicit TimerHeap(std::size_t things) : m_entry_of(things, Monotonic::max()) {}

    /// Wake `thing` at `when` or earlier.
    void ask(std::uint32_t thing, Monotonic when)
    {
        if (when < m_entry_of[thing]) {
            m_entry_of[thing] = when;
            m_heap.emplace_back(when, thing);
            std::push_heap(m_heap.begin(), m_heap.end(), std::greater<>{});
        }
    }

    /// The next that is to be woken until `now`; ask again for it where that was too early.
    [[nodiscard]] std::optional<std::uint32_t> pop(Monotonic now)
    {
        while (!m_heap.empty() && m_heap.front().first <= now) {
            std::pop_heap(m_heap.begin(), m_heap.end(), std::greater<>{});
            const auto [when, thing] = m_heap.back();
            m_heap.pop_back();
            if (m_entry_of[thing] == when) { // else it was woken by an earlier one
                m_entry_of[thing] = Monotonic::max();
                return thing;
            }
        }
        return std::nullopt;
    }

    /// When pop() will have something; no earlier.
    [[nodiscard]] std::optional<Monotonic> next() const
    {
        return m_heap.empty() ? std::nullopt : std::optional{m_heap.front().first};
    }

  private:
    using Entry = std::pair<Monotonic, std::uint32_t>;
    std::vector<Entry> m_heap;
    std::vector<Monotonic> m_entry_of; ///< the live entry of each; max: none
};

} // namespace tlm::mqtt
