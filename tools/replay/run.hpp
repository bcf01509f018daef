// SPDX-License-Identifier: Apache-2.0
// The commands of tlm-replay.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/ops/signals.hpp"
#include "tools/replay/settings.hpp"

namespace tlm::replay {

/// Does what the settings' command says. Throws Error.
[[nodiscard]] ExitStatus run(const Settings& settings, ops::Shutdown& shutdown);

} // namespace tlm::replay
