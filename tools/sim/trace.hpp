// SPDX-License-Identifier: Apache-2.0
// Arrivals out of a file of times.
#pragma once

#include "tools/sim/bad_line.hpp"
#include "tools/sim/pacer.hpp"

#include <string_view>
#include <variant>
#include <vector>

namespace tlm::sim {

/// One time a line, ascending: seconds (`0.25`), or all of them RFC 3339. Empty lines and lines
/// that begin with # are passed over. Gives the distances from the first, or what is wrong.
[[nodiscard]] std::variant<std::vector<nanoseconds>, BadLine> parse_trace(std::string_view text);

} // namespace tlm::sim
