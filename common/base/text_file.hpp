// SPDX-License-Identifier: Apache-2.0
// A whole file, for what is read once and is small.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace tlm {

/// The whole file, up to `limit` bytes. Throws Error usage that begins with `what`,
/// where that is not empty.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path, std::size_t limit,
                                         std::string_view what);

/// The same without the byte order mark with which some editors begin a file (RFC 8259 section 8.1
/// lets a reader pass over it).
[[nodiscard]] std::string read_plain_file(const std::filesystem::path& path, std::size_t limit,
                                          std::string_view what);

} // namespace tlm
