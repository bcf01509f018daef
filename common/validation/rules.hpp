// SPDX-License-Identifier: Apache-2.0
// What is known of the values in a payload beyond its schema, see tlm-validation(5).
#pragma once

#include "common/base/time.hpp"
#include "common/validation/pointer.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::validation {

/// Which strings are taken for numbers.
enum class NumberText {
    none,
    point, ///< `21.5`
    comma, ///< `21.5` and `21,5`
};

/// Linear: (value × multiply + add) / divide. Three steps, so that a thousandth is a division by
/// a thousand, which rounds once: 3300 mV are 3.3 V, not 3.3000000000000003.
struct Conversion {
    double multiply = 1;
    double add = 0;
    double divide = 1;
    std::optional<std::uint32_t> decimals{}; ///< what remains behind the point
};

/// What is to be done with one value of `data`, and what of it is plausible.
struct Rule {
    Pointer sent;   ///< where the device puts it
    Pointer stands; ///< where it stands after a rename; else the same
    std::optional<std::string> rename{};
    NumberText text = NumberText::none;
    std::optional<Conversion> conversion{};

    // All of these judge the value as it stands after the changes above.
    std::optional<double> min{};
    std::optional<double> max{};
    std::optional<double> step_per_s{};      ///< the fastest change
    std::uint32_t stuck_readings = 0;        ///< so many equal ones in a row are too many; 0 = any
    std::optional<milliseconds> stuck_for{}; ///< unchanged for so long is too long

    [[nodiscard]] bool coerces() const noexcept
    {
        return rename || text != NumberText::none || conversion;
    }

    [[nodiscard]] bool remembers() const noexcept
    {
        return step_per_s || stuck_readings > 0 || stuck_for;
    }

    [[nodiscard]] bool judges() const noexcept { return min || max || remembers(); }
};

using Rules = std::vector<Rule>;

/// Reads a rules file. Throws Error usage that names the place: `NAME: /values/~1temp/min: …`.
[[nodiscard]] std::shared_ptr<const Rules> parse_rules(std::string_view text,
                                                       std::string_view name);

} // namespace tlm::validation
