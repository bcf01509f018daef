// SPDX-License-Identifier: Apache-2.0
// What is played, and when: settings become a script and a timeline.
#pragma once

#include "tools/sim/connections.hpp"
#include "tools/sim/fault_injector.hpp"
#include "tools/sim/pacer.hpp"

#include <memory>
#include <optional>

namespace tlm::sim {

struct Settings;

struct Plan {
    std::unique_ptr<FaultInjector> script;
    std::optional<Timeline> timeline; ///< none: messages carry the time they are made at
    std::optional<milliseconds> ends; ///< after the start; only where the script has no end
};

/// Who takes part; before make_plan().
[[nodiscard]] Roster make_roster(const Settings& settings);

/// Throws Error usage where there can be no plan: before anything is connected. Recordings that are
/// to begin together do so afterwards.
void check_plan(Settings& settings, EpochMs now);

/// Takes groups and recordings out of the settings, which check_plan() has seen.
[[nodiscard]] Plan make_plan(Settings& settings, EpochMs now);

} // namespace tlm::sim
