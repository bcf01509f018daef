// SPDX-License-Identifier: Apache-2.0
// What the pipeline needs to know, all of it checked and read.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/connections.hpp"
#include "tools/sim/fault_rule.hpp"
#include "tools/sim/fleet.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/recording.hpp"
#include "tools/sim/replay_script.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

struct Settings {
    // What is said.
    std::uint32_t devices = 10; ///< of all groups, or of the replay
    std::vector<Group> groups;  ///< the fleet; none: recordings
    std::vector<Recording> recordings;
    ReplaySettings replay;
    Shard shard;
    std::optional<std::uint64_t> seed;
    std::size_t payload_size = 0;  ///< smallest payload, in bytes
    std::vector<FaultRule> faults; ///< of all devices, besides those of their groups
    std::optional<std::filesystem::path> truth;

    // When.
    std::optional<double> rate; ///< of the whole fleet, a second, where that is known
    bool paced = true; ///< else as fast as possible, each message carrying the time it is made
    std::optional<std::uint64_t> count;
    std::optional<milliseconds> duration;
    Speed speed;
    bool keep_time = false;
    bool align = false; ///< all recordings begin together
    std::optional<EpochMs> start_time;

    // Where to.
    std::optional<ConnectionSettings> connections; ///< none: records on stdout
    std::string topic_template = "devices/{deviceId}/telemetry";
    std::optional<std::filesystem::path> ledger;
    std::optional<std::string> summary; ///< a file, or `-`
    std::optional<std::string> latency; ///< a file
    milliseconds drain_timeout{30'000};
};

} // namespace tlm::sim
