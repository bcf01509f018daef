// SPDX-License-Identifier: Apache-2.0
// How a fleet by flags spreads its messages over time.
#pragma once

#include "tools/sim/arrival_models.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tlm::sim {

/// A model that the rate of the fleet gives its interval, or one that says itself when devices
/// send.
struct ArrivalRule {
    enum class Model : std::uint8_t { constant, poisson, jittered, burst, cron, trace };

    Model model = Model::constant;
    std::string text = "constant"; ///< as parse_arrival_rule() reads it
    double jitter = 1;             ///< jittered: how much of the interval
    Arrivals own{Constant{}};      ///< burst, cron
    std::string file{};            ///< trace: with its times

    [[nodiscard]] bool needs_rate() const noexcept { return model <= Model::jittered; }

    /// The arrivals of so many devices that send `rate` messages a second together; only where
    /// needs_rate(). Without a rate they send as fast as possible, whatever the model.
    [[nodiscard]] Arrivals at_rate(std::optional<double> rate, std::uint32_t devices) const;

    /// Messages a second of so many devices in the long run, where the rule says that by itself.
    [[nodiscard]] std::optional<double> own_rate(std::uint64_t devices) const;
};

/// Reads `constant`, `poisson`, `jittered`, `jittered:SHARE`, `burst:SIZE@DURATION`,
/// `burst:SIZE@DURATION+SPACING`, `cron:FIELDS`, `cron:FIELDS+JITTER` or `trace:FILE`. Gives the
/// rule, or what is wrong.
[[nodiscard]] std::variant<ArrivalRule, std::string> parse_arrival_rule(std::string_view text);

} // namespace tlm::sim
