// SPDX-License-Identifier: Apache-2.0
// The configuration file: lines of `key = value`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::cli {

struct ConfigEntry {
    std::string key;
    std::string value;
    std::string where; ///< `FILE:LINE`
};

/// One entry a line; blank lines and lines that begin with `#` are skipped, and so is ` # ...`
/// after a value. A value that holds `#`, quotes or outer blanks stands in double quotes, in which
/// `\"` and `\\` (and `\n`) are the escapes. Throws Error usage that names `name:LINE`.
[[nodiscard]] std::vector<ConfigEntry> parse_config(std::string_view text, const std::string& name);

/// A properties file: `name=value` lines with neither quotes nor comments after the value, because
/// a password may hold both. Blank lines and lines that begin with `#` are skipped.
[[nodiscard]] std::vector<ConfigEntry> parse_properties(std::string_view text,
                                                        const std::string& name);

/// As parse_config; throws Error usage when the file cannot be read.
[[nodiscard]] std::vector<ConfigEntry> read_config_file(const std::filesystem::path& path);

/// The value as parse_config reads it back, quoted only where it must be.
[[nodiscard]] std::string quote_config_value(std::string_view value);

} // namespace tlm::cli
