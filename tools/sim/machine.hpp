// SPDX-License-Identifier: Apache-2.0
// What this machine lets a process have.
#pragma once

#include "common/base/exit_status.hpp"
#include "tools/sim/connections.hpp"
#include "tools/sim/preflight.hpp"

#include <cstdint>
#include <optional>

namespace tlm::sim {

/// Raises the limit on descriptors as far as needed and allowed. Throws Error usage, which says
/// what to do, when `connections` do not fit.
void require_descriptors(std::uint64_t connections);

/// Asks the kernel; `sources` are tried.
[[nodiscard]] Machine look_at_machine(const std::vector<mqtt::Address>& sources);

/// What a run of so many connections and so many messages a second (none: as many as it can) needs.
[[nodiscard]] Needs needs_of(const ConnectionSettings& settings, std::uint32_t connections,
                             std::optional<double> rate, std::size_t payload_bytes);

/// Writes a line for each finding to standard output. Status 1 unless all fits.
[[nodiscard]] ExitStatus report(const std::vector<Finding>& findings);

} // namespace tlm::sim
