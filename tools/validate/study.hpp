// SPDX-License-Identifier: Apache-2.0
// The commands of tlm-validate that look and change nothing: check, infer, whatif.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/ops/signals.hpp"
#include "tools/validate/settings.hpp"

namespace tlm::validate {

/// Compiles each schema and says what it found; a wrong one throws no error but is reported like
/// one, so that all are looked at.
[[nodiscard]] ExitStatus check(const Settings& settings);

/// Throws Error. Ends at the end of the input.
[[nodiscard]] ExitStatus infer(const Settings& settings, ops::Shutdown& shutdown);
[[nodiscard]] ExitStatus whatif(const Settings& settings, ops::Shutdown& shutdown);

} // namespace tlm::validate
