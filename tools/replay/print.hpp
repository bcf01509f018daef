// SPDX-License-Identifier: Apache-2.0
// A finished text on standard output.
#pragma once

#include <string_view>

namespace tlm::replay {

/// Writes `text`, which ends with a newline or is empty, and sees that it arrives. Throws Error.
void print(std::string_view text);

} // namespace tlm::replay
