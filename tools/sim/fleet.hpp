// SPDX-License-Identifier: Apache-2.0
// What a fleet is: groups of devices that are alike.
#pragma once

#include "common/record/topic_template.hpp"
#include "tools/sim/arrival_models.hpp"
#include "tools/sim/encoder.hpp"
#include "tools/sim/fault_rule.hpp"
#include "tools/sim/signal.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// What device ids look like: text around a number from 1 on.
struct IdPattern {
    std::string prefix = "sim-";
    std::string suffix{};
    std::size_t digits = 5; ///< at least; more where the group needs them

    /// `sim-00001` for index 0.
    [[nodiscard]] std::string name(std::uint32_t index, std::uint32_t devices) const;

    /// Reads `pump-{n}`, or `pump-{n:3}` for three digits. Empty when there is no such hole, or the
    /// ids of so many devices would not be ids.
    [[nodiscard]] static std::optional<IdPattern> parse(std::string_view text,
                                                        std::uint32_t devices);
};

/// What the payload of a group can do.
struct PayloadTraits {
    bool is_text = true;   ///< it may go to standard output as the data of a record
    bool can_spoof = true; ///< it says which device it is from
    bool can_mistype = true;
    bool edge_node = false; ///< a device is an edge node of Sparkplug, with a connection of its own
    bool is_free_text = false; ///< by a template that makes no JSON object
};

/// Devices that are alike. Nothing in it changes once it is made, but what the encoder keeps.
struct Group {
    std::string name;
    std::uint32_t devices = 1; ///< > 0
    IdPattern ids{};
    std::optional<TopicTemplate> topic{}; ///< none: that of the run
    Arrivals arrivals{Constant{}};
    std::vector<Signal> signals{};
    std::function<std::unique_ptr<Encoder>()> make_encoder{}; ///< none: JSON
    std::vector<FaultRule> faults{};
    PayloadTraits traits{};
};

/// Whether a device of these groups is an edge node.
[[nodiscard]] bool has_edge_nodes(const std::vector<Group>& groups);

/// The part of the fleet that one of several processes plays: device i of the fleet belongs to part
/// i mod `of`.
struct Shard {
    std::uint32_t index = 0;
    std::uint32_t of = 1;

    [[nodiscard]] bool has(std::uint64_t device) const noexcept { return device % of == index; }
};

/// Where a fleet's messages end; both, neither or one.
struct Extent {
    std::optional<std::uint64_t> count{}; ///< of all devices; device i of n sends count/n
    std::optional<nanoseconds> length{};  ///< messages stand before it

    /// How many messages the device sends at most, of a fleet of `devices`.
    [[nodiscard]] std::optional<std::uint64_t> quota(std::uint64_t device,
                                                     std::uint64_t devices) const noexcept
    {
        if (!count) {
            return std::nullopt;
        }
        return *count / devices + (device < *count % devices ? 1 : 0);
    }
};

} // namespace tlm::sim
