// SPDX-License-Identifier: Apache-2.0
// Counts for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm {

/// `1 pattern`, `2 patterns`: of words whose plural has an s.
[[nodiscard]] inline std::string counted(std::uint64_t count, std::string_view one)
{
    return std::to_string(count) + ' ' + std::string{one} + (count == 1 ? "" : "s");
}

} // namespace tlm
