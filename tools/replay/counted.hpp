// SPDX-License-Identifier: Apache-2.0
// Numbers of things, for people. Pure.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace tlm::replay {

/// `1 record`, `2 records`.
template <typename Number>
[[nodiscard]] std::string counted(Number number, std::string_view what)
{
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

} // namespace tlm::replay
