// SPDX-License-Identifier: Apache-2.0
// Messages on their way, of all connections together.
#pragma once

#include "common/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tlm::mqtt {

/// A message that the broker has: acknowledged at QoS 1 and 2, written at QoS 0.
struct Receipt {
    std::uint32_t device = 0;
    std::chrono::nanoseconds intended{0}; ///< as publish() was told
    Monotonic at{};                       ///< when it was known
};

/// A message from publish() to its last acknowledgement, one link in the queue of its connection.
struct HeldMessage {
    enum class State : std::uint8_t {
        published, ///< waits for its turn, or for PUBACK or PUBREC
        received,  ///< at QoS 2: PUBREC came, PUBCOMP is due
        answered,  ///< done, but one before it is not
    };

    std::string packet; ///< PUBLISH, encoded
    std::chrono::nanoseconds intended{0};
    std::uint32_t device = 0;
    std::uint32_t next = 0;      ///< of the same connection
    std::uint16_t packet_id = 0; ///< 0 until it is sent the first time
    State state = State::published;
};

/// Holds messages in slots that are used again: a connection without messages costs nothing here,
/// and a steady load allocates nothing. Pure. Slots move when one is taken: keep indices.
class MessagePool {
  public:
    using Index = std::uint32_t;
    static constexpr Index kNone = ~Index{0};

    MessagePool(std::size_t most, std::size_t most_bytes) : m_most(most), m_most_bytes(most_bytes)
    {}

    /// True while another message may be taken. The last one may exceed the bound on bytes.
    [[nodiscard]] bool has_room() const noexcept
    {
        return m_used < m_most && m_bytes < m_most_bytes;
    }

    /// A fresh message whose packet is empty; hold() it when that is written.
    [[nodiscard]] Index take();

    void hold(Index index) noexcept { m_bytes += m_slots[index].packet.size(); }

    void release(Index index) noexcept;

    [[nodiscard]] HeldMessage& operator[](Index index) noexcept { return m_slots[index]; }

    [[nodiscard]] std::size_t size() const noexcept { return m_used; }

    /// Of the packets that are held.
    [[nodiscard]] std::size_t bytes() const noexcept { return m_bytes; }

  private:
    std::size_t m_most;
    std::size_t m_most_bytes;
    std::vector<HeldMessage> m_slots;
    Index m_free = kNone; ///< first of the unused slots, linked by `next`
    std::size_t m_used = 0;
    std::size_t m_bytes = 0;
};

} // namespace tlm::mqtt
