// SPDX-License-Identifier: Apache-2.0
// How fast something recorded or scheduled is played.
#pragma once

#include <optional>
#include <string_view>

namespace tlm {

/// So many times faster than it was; no factor: as fast as the receiver takes it.
struct Speed {
    std::optional<double> factor = 1.0;

    [[nodiscard]] bool faster_than_recorded() const noexcept { return !factor || *factor > 1; }
};

/// `1x`, `0.5x`, `10x`, `10`, `max`. Empty when the text is none of these.
[[nodiscard]] std::optional<Speed> parse_speed(std::string_view text);

} // namespace tlm
