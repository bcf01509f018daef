// SPDX-License-Identifier: Apache-2.0
// The command line of tlm-replay.
#pragma once

#include "common/base/time.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/option_table.hpp"
#include "tools/replay/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::replay {

struct Options {
    Settings settings; ///< all but what is made of the rest
    cli::KafkaOptions kafka;
    cli::ConnectTimeout connect_timeout;
    std::vector<std::string> operands;
    std::vector<std::string> offsets;
    std::optional<std::string> partitions;
    std::optional<std::filesystem::path> schema_file;
    std::uint64_t max_attempts = 5;
    bool no_mark = false;
};

/// Binds the options; they must outlive the table.
[[nodiscard]] cli::OptionTable make_table(Options& options);

/// Reads the files that hold secrets. Throws Error usage.
[[nodiscard]] Settings make_settings(const Options& options);

} // namespace tlm::replay
