// SPDX-License-Identifier: Apache-2.0
// Runs tlm-sim verify: what the ledgers say was sent against what is there.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/sim/verify_settings.hpp"

namespace tlm::ops {
class Shutdown;
}

namespace tlm::sim {

/// Prints the verdict; failure when a place broke its promise. Throws Error for what an
/// administrator must see to.
[[nodiscard]] ExitStatus verify(const VerifySettings& settings, ops::Shutdown& shutdown);

} // namespace tlm::sim
