// SPDX-License-Identifier: Apache-2.0
// Builds the parts of tlm-validate out of its options and runs them.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/ops/signals.hpp"
#include "tools/validate/options.hpp"

namespace tlm::validate {

/// Throws Error.
[[nodiscard]] ExitStatus run(const Options& options, ops::Shutdown& shutdown);

} // namespace tlm::validate
