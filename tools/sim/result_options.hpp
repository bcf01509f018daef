// SPDX-License-Identifier: Apache-2.0
// Options of tlm-sim that say where results go.
#pragma once

#include <optional>
#include <string>

namespace tlm::cli {
class OptionTable;
}

namespace tlm::sim {

struct ResultOptions {
    std::optional<std::string> summary; ///< a file, or `-`
    std::optional<std::string> latency; ///< a file
};

/// `options` must outlive the table.
void add_results(cli::OptionTable& table, ResultOptions& options);

/// Throws Error usage. `stdout_taken`: records go there.
void check_results(const ResultOptions& options, bool stdout_taken);

} // namespace tlm::sim
