// SPDX-License-Identifier: Apache-2.0
#include "common/base/speed.hpp"

#include "common/base/units.hpp"

namespace tlm {

std::optional<Speed> parse_speed(std::string_view text)
{
    constexpr double kLeast = 1e-6;
    constexpr double kMost = 1e9;
    if (text == "max") {
        return Speed{std::nullopt};
    }
    if (text.ends_with('x')) {
        text.remove_suffix(1);
    }
    const auto factor = parse_number(text);
    return factor && *factor >= kLeast && *factor <= kMost ? std::optional{Speed{factor}}
                                                           : std::nullopt;
}

} // namespace tlm
