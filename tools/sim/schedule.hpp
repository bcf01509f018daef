// SPDX-License-Identifier: Apache-2.0
// Whose turn it is in a group, and when.
#pragma once

#include "tools/sim/arrival_models.hpp"
#include "tools/sim/due_heap.hpp"
#include "tools/sim/fleet.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tlm::sim {

/// The devices of one group within the fleet, and what all plans need to know.
struct Scope {
    std::uint64_t seed = 0;
    std::uint64_t first = 0;   ///< index of the group's first device in the fleet
    std::uint32_t devices = 1; ///< of the group
    std::uint64_t fleet = 1;   ///< devices of all groups
    Shard shard{};
    Extent extent{};
    EpochMs origin = 0; ///< the time at position 0
};

/// The plan of a group, played one message after another. A device says the same at the same
/// positions whatever the shard.
class Schedule {
  public:
    struct Turn {
        nanoseconds position{0};
        std::uint32_t device = 0; ///< within the group
        std::uint64_t seq = 0;    ///< how many turns the device had before
    };

    virtual ~Schedule() = default;
    Schedule() = default;
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;

    /// The next turn; null at the end. Valid until the next advance().
    [[nodiscard]] virtual const Turn* next() const noexcept = 0;

    virtual void advance() = 0;

    /// Position of the last turn of the group, in all shards; empty when that is not known without
    /// playing it.
    [[nodiscard]] virtual std::optional<nanoseconds> last() const = 0;
};

[[nodiscard]] std::unique_ptr<Schedule> make_schedule(const Arrivals& arrivals, const Scope& scope);

} // namespace tlm::sim
