// SPDX-License-Identifier: Apache-2.0
// Dead letters on their way through a flood cap.
#pragma once

#include "common/flow/dead_letters.hpp"
#include "common/validation/flood_cap.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace tlm::validation {

/// Says which dead letters are written, and writes a summary for those that are not. The summaries
/// go to the sink of the letters under tickets of their own. One that is not delivered is sent
/// again. Used by one thread.
class FloodGate {
  public:
    /// `letters` must outlive this object.
    FloodGate(const FloodCapSettings& settings, DigestKey key, DeadLetters& letters)
        : m_cap(settings, key), m_letters(letters)
    {}

    /// True: write it. False: it is counted, and done; see FloodCap. Ask once for each letter.
    [[nodiscard]] bool admit(const DeadLetter& letter, EpochMs now)
    {
        return m_cap.admit(letter.key, letter.reject.reason, letter.payload, now);
    }

    /// Cheap, for every turn of a loop: sends the summaries that are due, as far as the sink has
    /// room.
    void summarise(EpochMs now);

    /// Sends all of them, at the end of a program when no letter is on its way; waits while a full
    /// sink goes on delivering. The sink's close() confirms the last ones.
    void finish(EpochMs now);

    /// True when the delivery is that of a summary: nothing else is to be done about it.
    [[nodiscard]] bool take(const Delivery& delivery);

    /// Letters that were written may not have arrived, and what they were made of comes again: no
    /// letter is a copy of them.
    void written_again() { m_cap.forget_written(); }

    /// Some summary was sent and not taken.
    [[nodiscard]] bool awaits() const noexcept { return !m_on_the_way.empty(); }

    [[nodiscard]] const FloodCap& cap() const noexcept { return m_cap; }

  private:
    static constexpr Ticket kFirst = Ticket{1} << 63U; ///< beyond all tickets of letters

    void send(EpochMs now);

    /// False when a second has brought no summary to its place.
    [[nodiscard]] bool make_room();

    FloodCap m_cap;
    DeadLetters& m_letters;
    std::vector<Suppressed> m_waiting; ///< to be sent
    std::map<Ticket, Suppressed> m_on_the_way;
    Ticket m_next = kFirst;
    EpochMs m_looked_at = 0;
};

} // namespace tlm::validation
