// SPDX-License-Identifier: Apache-2.0
// Builds the parts of tlm-validate and runs them.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/ops/signals.hpp"
#include "tools/validate/settings.hpp"

namespace tlm::validate {

/// Throws Error.
[[nodiscard]] ExitStatus run(const Settings& settings, ops::Shutdown& shutdown);

} // namespace tlm::validate
