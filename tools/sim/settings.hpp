// SPDX-License-Identifier: Apache-2.0
// What the pipeline needs to know, all of it checked and read.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/connections.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/recording.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

/// Of each device of a replay, by index: its name and its points, which are never none.
struct Recordings {
    std::vector<std::string> devices;
    std::vector<std::vector<Point>> points;
};

struct Settings {
    // What is said.
    std::uint32_t devices = 10;
    std::string device_prefix = "sim-";
    std::optional<std::uint64_t> seed;
    std::size_t payload_size = 0; ///< smallest payload, in bytes
    Recordings recordings;        ///< none: models

    // When.
    std::optional<double> rate = 10; ///< of the whole fleet, a second; none: as fast as possible
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
