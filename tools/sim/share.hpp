// SPDX-License-Identifier: Apache-2.0
// Shares of a whole, as users write them.
#pragma once

#include "common/base/units.hpp"

#include <optional>
#include <string_view>

namespace tlm::sim {

/// `0.2` or `20%`; empty when it is no number from 0 to 1, nor a percentage of that.
[[nodiscard]] inline std::optional<double> parse_share(std::string_view text)
{
    constexpr double kHundred = 100;
    const bool percent = text.ends_with('%');
    text.remove_suffix(percent ? 1 : 0);
    const auto value = parse_number(text).value_or(-1) / (percent ? kHundred : 1);
    return value >= 0 && value <= 1 ? std::optional{value} : std::nullopt;
}

} // namespace tlm::sim
