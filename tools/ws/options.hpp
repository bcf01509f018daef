// SPDX-License-Identifier: Apache-2.0
// What the user of tlm-ws decides.
#pragma once

#include "common/base/time.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/option_table.hpp"
#include "tools/ws/settings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tlm::ws {

struct Options {
    std::string listen = "127.0.0.1:8080";
    std::vector<std::string> allowed_origins;
    std::uint64_t max_clients = 10'000;
    milliseconds tick{250};
    milliseconds late{60'000};
    milliseconds silent{300'000};

    cli::KafkaOptions kafka;
    cli::ConnectTimeout connect_timeout;
    std::string topic;
    std::string from = "-15m";
    std::vector<std::string> files; ///< `-` is stdin
    bool from_stdin = false;
    bool exit_at_end = false;

    std::uint64_t max_devices = 1'000'000;
    std::uint64_t max_value = 16'384;

    cli::MetricsOptions metrics;
};

/// The table bound to `options`.
[[nodiscard]] cli::OptionTable make_table(Options& options);

/// Reads the file of Kafka's properties. Throws Error usage.
[[nodiscard]] Settings make_settings(const Options& options);

} // namespace tlm::ws
