// SPDX-License-Identifier: Apache-2.0
// Runs tlm-sim merge: the latencies of several runs as those of one.
#pragma once

#include "common/base/exit_status.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// Reads files that --latency has written, prints a table of them together, and writes the whole
/// distribution to `latency` where that is given. Ends with failure where a run is invalid. Throws
/// Error usage for a file that is none.
[[nodiscard]] ExitStatus merge(const std::vector<std::string>& files,
                               const std::optional<std::string>& latency);

} // namespace tlm::sim
