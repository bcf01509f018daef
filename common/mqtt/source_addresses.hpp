// SPDX-License-Identifier: Apache-2.0
// Where connections come from.
#pragma once

#include "common/mqtt/dialer.hpp"

#include <string>
#include <vector>

namespace tlm::mqtt {

/// Each item is addresses and ranges of IPv4 addresses, with commas between: `10.0.0.2`,
/// `10.0.0.10-10.0.0.19`, `fd00::1`. All in all no more than 65,536. Throws Error usage.
[[nodiscard]] std::vector<Address> parse_source_list(const std::vector<std::string>& items);

} // namespace tlm::mqtt
