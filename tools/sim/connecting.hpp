// SPDX-License-Identifier: Apache-2.0
// The time before a run: all its connections are opened.
#pragma once

#include "common/base/time.hpp"

namespace tlm::ops {
class Shutdown;
}

namespace tlm::sim {

class Outlet;

/// Serves the outlet until it is ready. False when the program was asked to stop meanwhile. Throws
/// what the outlet throws.
[[nodiscard]] bool connect(Outlet& outlet, const ops::Shutdown& shutdown, const Clock& clock);

} // namespace tlm::sim
