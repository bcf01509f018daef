// SPDX-License-Identifier: Apache-2.0
// Whether two groups of a fleet would call a device the same.
#pragma once

#include "tools/sim/fleet.hpp"

#include <optional>
#include <string>

namespace tlm::sim {

/// Ids of one pattern, numbered from 1 on.
struct IdRange {
    IdPattern pattern;
    std::uint32_t devices = 1; ///< > 0
};

/// The smallest id that both have; empty when there is none. Exact, in a time that does not grow
/// with the number of devices: all ids of a pattern have the same length, so they are compared
/// digit by digit.
[[nodiscard]] std::optional<std::string> shared_id(const IdRange& a, const IdRange& b);

} // namespace tlm::sim
