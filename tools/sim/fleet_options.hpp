// SPDX-License-Identifier: Apache-2.0
// The options of tlm-sim that say what devices are like, and what goes wrong with them.
#pragma once

#include "tools/sim/arrival_rule.hpp"
#include "tools/sim/fault_rule.hpp"
#include "tools/sim/fleet.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::cli {
class OptionTable;
}

namespace tlm::sim {

struct FleetOptions {
    std::optional<std::filesystem::path> fleet; ///< a fleet file; none: one group by flags
    ArrivalRule arrival;
    std::vector<std::string> tags;    ///< `NAME: VALUE` in the words of a fleet file
    std::vector<std::string> metrics; ///< the same
    std::optional<std::filesystem::path> payload_template;
    Shard shard;
    bool loop = false;
    std::vector<FaultRule> faults;
    std::optional<std::filesystem::path> truth;
};

/// --fleet, --tag, --metric, --payload-template, --shard: to stand with those that say what devices
/// are.
void add_fleet(cli::OptionTable& table, FleetOptions& options);

/// --arrival and --loop: to stand with those that say when.
void add_arrival(cli::OptionTable& table, FleetOptions& options);

/// The group "Faults".
void add_faults(cli::OptionTable& table, FleetOptions& options);

/// The one group that flags describe.
struct FlagGroup {
    std::uint32_t devices = 1;
    std::string prefix;
    std::optional<double> rate; ///< none: as fast as possible
    std::size_t payload_size = 0;
};

/// The fleet, out of its file or of flags. Reads files; throws Error usage, also where a fault of
/// the options cannot befall a group, or payloads are no records and `to_records` wants them.
[[nodiscard]] std::vector<Group> make_groups(const FleetOptions& options, const FlagGroup& flags,
                                             bool to_records);

/// Throws Error usage for a fault that recordings cannot have.
void check_replay_faults(const FleetOptions& options);

} // namespace tlm::sim
