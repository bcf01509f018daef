// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/time_merge.hpp"

#include <algorithm>
#include <functional>

namespace tlm::replay {

TimeMerge::TimeMerge(std::size_t lanes, Order order)
    : m_order(order), m_lanes(lanes, Lane::lacking), m_lacking(lanes)
{}

void TimeMerge::add()
{
    m_lanes.push_back(Lane::lacking);
    ++m_lacking;
}

/// The lane is about to be in another state.
void TimeMerge::leave(std::size_t lane) noexcept
{
    if (m_lanes[lane] == Lane::lacking) {
        --m_lacking;
    }
}

void TimeMerge::offer(std::size_t lane, EpochMs time)
{
    leave(lane);
    m_lanes[lane] = Lane::offered;
    m_heads.push_back({m_order == Order::time ? time : m_offers++, lane});
    std::push_heap(m_heads.begin(), m_heads.end(), std::greater<>{});
}

void TimeMerge::rest(std::size_t lane)
{
    leave(lane);
    m_lanes[lane] = Lane::resting;
}

void TimeMerge::finish(std::size_t lane)
{
    leave(lane);
    if (m_lanes[lane] != Lane::finished) {
        ++m_finished;
    }
    m_lanes[lane] = Lane::finished;
}

std::optional<std::size_t> TimeMerge::next() const noexcept
{
    if (m_heads.empty() || (m_order == Order::time && m_lacking != 0)) {
        return std::nullopt;
    }
    return m_heads.front().lane;
}

void TimeMerge::take()
{
    m_lanes[m_heads.front().lane] = Lane::lacking;
    ++m_lacking;
    std::pop_heap(m_heads.begin(), m_heads.end(), std::greater<>{});
    m_heads.pop_back();
}

} // namespace tlm::replay
