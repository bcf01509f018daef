// SPDX-License-Identifier: Apache-2.0
// The command line, taken apart by CLI11: which option got which texts.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tlm::cli {

class OptionTable;

struct Arguments {
    /// By long name, in the order given; a flag's text is "true" unless it says --flag=false.
    std::map<std::string, std::vector<std::string>> values;
    std::vector<std::string> operands;
};

/// True when `-h` or `--help` stands anywhere before `--`: help wins over whatever else is wrong.
[[nodiscard]] bool asks_for_help(int argc, const char* const* argv);

/// Throws Error usage for an unknown option (naming the nearest) and a missing value.
[[nodiscard]] Arguments split_argv(const OptionTable& table, int argc, const char* const* argv);

} // namespace tlm::cli
