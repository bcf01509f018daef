// SPDX-License-Identifier: Apache-2.0
// How many connections shall be open when.
#pragma once

#include "tools/sim/pacer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// Grows along straight lines from stage to stage; before the first there are none, after the last
/// its number stays. Pure.
class Ramp {
  public:
    struct Stage {
        nanoseconds at{0};             ///< since the start; never before the stage before
        std::uint32_t connections = 0; ///< never fewer than at the stage before
    };

    /// `stages` are not empty.
    explicit Ramp(std::vector<Stage> stages) : m_stages(std::move(stages)) {}

    [[nodiscard]] static Ramp at_once(std::uint32_t connections);

    /// The first at once, then so many a second; rate > 0.
    [[nodiscard]] static Ramp at_rate(std::uint32_t connections, double rate);

    [[nodiscard]] std::uint32_t open_at(nanoseconds elapsed) const;

    /// When open_at() grows next; empty when it does not.
    [[nodiscard]] std::optional<nanoseconds> next_growth(nanoseconds elapsed) const;

    /// The number in the end.
    [[nodiscard]] std::uint32_t connections() const { return m_stages.back().connections; }

    /// Most connections that it opens a second, over a stage; a jump counts as a second's.
    [[nodiscard]] double steepest() const;

    [[nodiscard]] const std::vector<Stage>& stages() const noexcept { return m_stages; }

  private:
    std::vector<Stage> m_stages;
};

/// As parse_ramp() reads it.
[[nodiscard]] std::string format_ramp(const Ramp& ramp);

/// Reads `0:100,30s:1000`: durations and numbers. Empty when the text is none of these, or goes
/// back in time or number.
[[nodiscard]] std::optional<Ramp> parse_ramp(std::string_view text);

} // namespace tlm::sim
