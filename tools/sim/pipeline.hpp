// SPDX-License-Identifier: Apache-2.0
// Runs tlm-sim: makes messages when they are due and hands them to the outlet.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/sim/settings.hpp"

namespace tlm::ops {
class Shutdown;
}

namespace tlm::sim {

/// The whole run. Throws Error for what the user or an administrator must see to.
[[nodiscard]] ExitStatus run(Settings settings, ops::Shutdown& shutdown);

} // namespace tlm::sim
