// SPDX-License-Identifier: Apache-2.0
// The command line of tlm-store.
#pragma once

#include "common/base/time.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/option_table.hpp"
#include "tools/store/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tlm::store {

struct Options {
    cli::KafkaOptions kafka;
    cli::InputOptions input;
    cli::DlqOptions dlq;
    cli::MetricsOptions metrics;
    cli::ConnectTimeout connect_timeout;

    std::string postgres;
    std::optional<std::filesystem::path> postgres_file;
    std::string table = "telemetry";
    std::string offset_table = "tlm_offset";
    std::string member;
    std::uint64_t max_rows = 50'000;
    std::uint64_t max_bytes = 32U << 20U;
    milliseconds max_delay{500};
    milliseconds hang_timeout{60'000};
    milliseconds drain_timeout{10'000};
    bool skip_gaps = false;
    bool strict = false;
};

/// Binds the options; they must outlive the table.
[[nodiscard]] cli::OptionTable make_table(Options& options);

/// Reads the files that hold secrets. Throws Error usage.
[[nodiscard]] Settings make_settings(const Options& options);

} // namespace tlm::store
