// SPDX-License-Identifier: Apache-2.0
// Where connections come from.
#pragma once

#include "common/mqtt/dialer.hpp"

#include <string>
#include <vector>

namespace tlm::sim {

/// Each item is addresses and ranges of IPv4 addresses, with commas between: `10.0.0.2`,
/// `10.0.0.10-10.0.0.19`, `fd00::1`. Throws Error usage, which names --source-addr; all in all no
/// more than 65,536.
[[nodiscard]] std::vector<mqtt::Address> parse_source_list(const std::vector<std::string>& items);

} // namespace tlm::sim
