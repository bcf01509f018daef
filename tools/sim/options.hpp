// SPDX-License-Identifier: Apache-2.0
// The options of tlm-sim.
#pragma once

#include "common/base/time.hpp"
#include "tools/sim/command_options.hpp"
#include "tools/sim/connection_options.hpp"
#include "tools/sim/fleet_options.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/result_options.hpp"
#include "tools/sim/settings.hpp"
#include "tools/sim/verify_options.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::cli {
class OptionTable;
}

namespace tlm::sim {

struct Options {
    Command command = Command::play;
    VerifyOptions verify;
    FleetOptions fleet;

    // What is said.
    std::uint64_t devices = 10;
    std::string device_prefix = "sim-";
    std::optional<std::uint64_t> seed;
    std::uint64_t payload_size = 0;      ///< smallest payload, in bytes
    std::vector<std::string> recordings; ///< files of --replay; none: models
    std::vector<std::string> operands;   ///< further files; ledgers of verify, inputs of merge
    bool spread = false;                 ///< devices play the recordings; set by the checks

    // When.
    std::optional<double> rate = 10; ///< of the whole fleet, a second; none: as fast as possible
    std::optional<std::uint64_t> count;
    std::optional<milliseconds> duration;
    Speed speed;
    bool keep_time = false;
    bool align = false; ///< all recordings begin together
    std::optional<EpochMs> start_time;

    // Where to.
    ConnectionOptions connections; ///< none: records on stdout
    std::string topic_template = "devices/{deviceId}/telemetry";
    std::optional<std::filesystem::path> ledger;
    ResultOptions results;
    milliseconds drain_timeout{30'000};

    [[nodiscard]] bool replays() const noexcept { return !recordings.empty(); }
};

/// The table that fills `options`, which must outlive it.
[[nodiscard]] cli::OptionTable make_table(Options& options);

/// Reads the fleet, the recordings and the password. Throws Error usage.
[[nodiscard]] Settings make_settings(const Options& options);

/// Of the command verify. Reads the files that hold secrets. Throws Error usage.
[[nodiscard]] VerifySettings make_verify_settings(const Options& options);

} // namespace tlm::sim
