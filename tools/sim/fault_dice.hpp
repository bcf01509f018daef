// SPDX-License-Identifier: Apache-2.0
// Whether a fault befalls a message: by numbers of the device, never by the order of devices.
#pragma once

#include "tools/sim/fault_rule.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tlm::sim {

/// One fault of one group of devices, and what it remembers of each of them.
class FaultDice {
  public:
    /// What a fault that befalls a message goes by.
    struct Hit {
        EpochMs begin = 0;      ///< when it began
        std::uint64_t draw = 0; ///< a number that stays the same while it lasts
        bool first = true;      ///< of the messages that it befalls
        double* held = nullptr; ///< a number that it may keep; null when it does not last
    };

    /// `start` is the first time of the run; `slots` the number of devices that are remembered.
    FaultDice(FaultRule rule, EpochMs start, std::size_t slots);

    /// `key` belongs to this fault of this device; to be asked once for each message, in order.
    [[nodiscard]] std::optional<Hit> roll(std::uint64_t key, std::size_t slot, std::uint64_t seq,
                                          EpochMs ts);

    /// True for the devices that the fault concerns at all.
    [[nodiscard]] bool concerns(std::uint64_t key) const noexcept;

    [[nodiscard]] const FaultRule& rule() const noexcept { return m_rule; }

  private:
    struct Memory {
        EpochMs begin = 0;
        EpochMs end = 0; ///< it is over at that time
        std::uint64_t draw = 0;
        double held = 0;
        bool begun = false;
    };

    [[nodiscard]] bool scheduled(Memory& memory, EpochMs ts) const;
    [[nodiscard]] bool drawn(Memory& memory, std::uint64_t key, std::uint64_t seq,
                             EpochMs ts) const;

    FaultRule m_rule;
    EpochMs m_start;
    std::vector<Memory> m_memory; ///< by slot; empty when nothing needs to be remembered
};

} // namespace tlm::sim
