// SPDX-License-Identifier: Apache-2.0
// The parts of mqtt2kafka, opened and put together.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/mqtt2kafka/settings.hpp"

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka {

/// Waits for Kafka, then forwards until a stop is requested. Returns ok when everything read was
/// confirmed and acknowledged, unconfirmed when Kafka did not answer by the shutdown timeout (the
/// broker then sends the rest again). Throws Error usage on settings that cannot work, fatal when
/// only a new process can go on.
[[nodiscard]] ExitStatus run(const Settings& settings, ops::Shutdown& shutdown);

} // namespace tlm::mqtt2kafka
