// SPDX-License-Identifier: Apache-2.0
// Options of tlm-sim verify.
#pragma once

#include "common/cli/groups.hpp"
#include "tools/sim/verify_settings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

struct VerifyOptions {
    cli::KafkaOptions kafka;
    std::string topic = "device.telemetry";
    std::string dlq_topic;
    std::optional<std::string> records;
    std::optional<std::string> postgres;
    std::optional<std::filesystem::path> postgres_file;
    std::string table = "telemetry";
    std::optional<std::string> ws;
    bool follow = false;
    bool no_duplicates = false;
    bool json = false;
    std::optional<milliseconds> timeout;
};

/// `options` must outlive the table.
void add_verify(cli::OptionTable& table, VerifyOptions& options);

/// Throws Error usage.
void check_verify(const VerifyOptions& options, const std::vector<std::string>& ledgers);

/// Reads the files that hold secrets. Throws Error usage.
[[nodiscard]] VerifySettings make_verify_settings(const VerifyOptions& options,
                                                  std::vector<std::string> ledgers);

} // namespace tlm::sim
