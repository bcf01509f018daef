// SPDX-License-Identifier: Apache-2.0
// What is written from an option table: --help, man page, completions, --print-config.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlm::cli {

class OptionTable;
struct Option;

/// At most 80 columns, grouped, with defaults.
[[nodiscard]] std::string help_text(const OptionTable& table);

/// `key = value  # source`, a configuration file that reads back as the same options; defaults are
/// comments.
[[nodiscard]] std::string print_config_text(const OptionTable& table);

/// The body of the OPTIONS section in scdoc.
[[nodiscard]] std::string man_options(const OptionTable& table);

[[nodiscard]] std::string bash_completion(const OptionTable& table);
[[nodiscard]] std::string zsh_completion(const OptionTable& table);
[[nodiscard]] std::string fish_completion(const OptionTable& table);

/// `man`, `bash`, `zsh` or `fish`.
[[nodiscard]] std::string generate(const OptionTable& table, std::string_view what);

/// The groups of the tool, then the common one.
[[nodiscard]] std::vector<std::string> groups_in_order(const OptionTable& table);

/// What help and man page say when the user sets nothing; empty: nothing.
[[nodiscard]] std::string default_text(const Option& option);

/// The help of one option with its choices and default.
[[nodiscard]] std::string full_help(const Option& option);

} // namespace tlm::cli
