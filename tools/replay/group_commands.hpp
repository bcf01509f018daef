// SPDX-License-Identifier: Apache-2.0
// `tlm-replay lag` and `tlm-replay reset`.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/replay/settings.hpp"

namespace tlm::replay {

/// Prints how far the group is behind, a line a partition. Throws Error transient when the brokers
/// do not answer, fatal when nobody knows the group; `stop_fd` readable ends it early.
ExitStatus show_lag(const Settings& settings, int stop_fd);

/// Prints where the group would go on, or with --execute moves it there. Throws Error fatal when
/// somebody reads as the group.
ExitStatus reset_group(const Settings& settings, int stop_fd);

} // namespace tlm::replay
