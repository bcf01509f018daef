// SPDX-License-Identifier: Apache-2.0
// From the input into the hub, from the hub to the clients.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/ws/settings.hpp"

namespace tlm::ops {
class Shutdown;
}

namespace tlm::ws {

/// Serves until asked to stop, or until the end of the input with --exit-at-end. Throws Error.
[[nodiscard]] ExitStatus run(const Settings& settings, ops::Shutdown& shutdown);

} // namespace tlm::ws
