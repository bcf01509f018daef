// SPDX-License-Identifier: Apache-2.0
// The options of tlm-sim that say how it connects.
#pragma once

#include "common/base/time.hpp"
#include "common/cli/groups.hpp"
#include "common/mqtt/codec.hpp"
#include "tools/sim/connections.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::cli {
class OptionTable;
}

namespace tlm::sim {

struct ConnectionOptions {
    std::vector<std::string> urls;            ///< empty: records on stdout
    std::optional<std::uint64_t> connections; ///< none: one a device
    std::string client_id;                    ///< empty: see default_client_id()
    std::optional<std::string> password_file;
    std::optional<std::filesystem::path> ca_file;
    std::string cert_file;
    std::string key_file;
    std::string will_topic;
    std::string will_payload;
    mqtt::Qos will_qos = mqtt::Qos::at_least_once;
    bool will_retain = false;
    mqtt::Qos qos = mqtt::Qos::at_least_once;
    mqtt::Version version = mqtt::Version::v5;
    std::uint64_t inflight = 1'000;
    milliseconds keep_alive{30'000};
    std::optional<double> connect_rate;
    std::optional<Ramp> ramp;
    std::uint64_t handshakes = 100;
    std::vector<std::string> sources; ///< addresses and ranges
    cli::ConnectTimeout timeout;
    bool preflight = false;

    [[nodiscard]] bool any() const noexcept { return !urls.empty(); }
};

/// Adds the group "Connections".
void add_connections(cli::OptionTable& table, ConnectionOptions& options);

/// `devices`: how many there are, where that is known. Throws Error usage.
void check_connections(const ConnectionOptions& options, std::optional<std::uint64_t> devices);

/// Reads the password, if all connections have the same. Throws Error usage. Only when any().
[[nodiscard]] ConnectionSettings make_connections(const ConnectionOptions& options);

} // namespace tlm::sim
