// SPDX-License-Identifier: Apache-2.0
// Fills an option table from the command line, the environment and the configuration file.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace tlm::cli {

class OptionTable;

/// What to do after parsing.
enum class Outcome {
    run,  ///< the options are set and checked
    done, ///< `text` answers the user (--help, --version, --print-config): print it, exit 0
};

struct ParseResult {
    Outcome outcome = Outcome::run;
    std::string text; ///< for stdout
};

/// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the process's environment. Not while another thread changes it.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// Sets every option from the strongest source that names it: command line, environment
/// (`TLM_<NAME>`), the file of --config, default. A repeatable option takes all of its values from
/// that one source; in the environment they stand on lines of their own. Throws Error usage that
/// names the flag, the variable or `FILE:LINE` and what is expected there.
[[nodiscard]] ParseResult parse(OptionTable& table, int argc, const char* const* argv,
                                const Environment& environment = process_environment);

/// `TLM_METRICS_LISTEN` for `metrics-listen`.
[[nodiscard]] std::string environment_name(std::string_view option_name);

} // namespace tlm::cli
