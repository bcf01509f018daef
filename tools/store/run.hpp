// SPDX-License-Identifier: Apache-2.0
// Builds the parts of tlm-store and runs them.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/ops/signals.hpp"
#include "tools/store/settings.hpp"

namespace tlm::store {

/// Throws Error.
[[nodiscard]] ExitStatus run(const Settings& settings, ops::Shutdown& shutdown);

} // namespace tlm::store
