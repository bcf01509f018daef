// SPDX-License-Identifier: Apache-2.0
// Which of several partitions gives the next record. Pure.
#pragma once

#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tlm::replay {

/// Merges lanes (partitions) that are each read in their own order. It knows of each lane only the
/// time of its head, the next record, so no record is held back here: the caller's bounded queues
/// do that. Within a lane the order stays, even where its times run backwards.
class TimeMerge {
  public:
    enum class Order {
        time, ///< the oldest head next, the lower lane first among equal ones
        none, ///< the head that came first
    };

    TimeMerge(std::size_t lanes, Order order);

    /// One lane more, the last.
    void add();

    /// The lane has a head, stamped `time`.
    void offer(std::size_t lane, EpochMs time);

    /// The lane has nothing at the moment and nobody is to wait for it: it is at the live end.
    void rest(std::size_t lane);

    /// The lane gives nothing any more.
    void finish(std::size_t lane);

    /// The lane whose head is next; empty while a lane that may bring an older one has no head, or
    /// when no lane has one.
    [[nodiscard]] std::optional<std::size_t> next() const noexcept;

    /// Removes the head of next(): that lane has none until it is offered another.
    void take();

    /// True when every lane is finished.
    [[nodiscard]] bool done() const noexcept { return m_finished == m_lanes.size(); }

  private:
    enum class Lane { lacking, offered, resting, finished };

    struct Head {
        std::int64_t rank; ///< time, or when it was offered
        std::size_t lane;

        bool operator>(const Head& other) const noexcept
        {
            return rank != other.rank ? rank > other.rank : lane > other.lane;
        }
    };

    void leave(std::size_t lane) noexcept;

    Order m_order;
    std::vector<Lane> m_lanes;
    std::vector<Head> m_heads; ///< a heap, the next one first
    std::size_t m_lacking;
    std::size_t m_finished = 0;
    std::int64_t m_offers = 0;
};

} // namespace tlm::replay
