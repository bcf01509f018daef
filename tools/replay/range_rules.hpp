// SPDX-License-Identifier: Apache-2.0
// What is wrong with a range, in words. Pure.
#pragma once

#include "common/base/time.hpp"
#include "tools/replay/offset_range.hpp"

#include <string>
#include <string_view>

namespace tlm::replay {

/// Why add_range() does not take the text, as the end of a sentence about it; empty when all there
/// is to say is that it is no range.
[[nodiscard]] std::string range_problem(std::string_view text, EpochMs now);

/// Throws Error usage when ranges and partitions contradict one another, so that something the user
/// named would not be read, or when `follow` is to go on behind an end that they name.
void check_ranges(const Ranges& ranges, bool follow);

} // namespace tlm::replay
