// SPDX-License-Identifier: Apache-2.0
// What this machine lets a process have.
#pragma once

#include <cstdint>

namespace tlm::sim {

/// Descriptors of a process beside its connections.
inline constexpr std::uint64_t kOtherDescriptors = 32;

/// Raises the limit on descriptors as far as needed and allowed. Throws Error usage, which says
/// what to do, when `connections` do not fit.
void require_descriptors(std::uint64_t connections);

} // namespace tlm::sim
