// SPDX-License-Identifier: Apache-2.0
// Text of any origin as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace tlm {

/// Appends `text` as a JSON string with its quotes. Control characters (DEL and C1 included, so
/// that a terminal is safe) are escaped; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// True when `text` is UTF-8 as RFC 3629 defines it (no surrogates, no over-long forms).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Appends `bytes` in base64 (RFC 4648 section 4, padded), without quotes.
void append_base64(std::string& out, std::string_view bytes);

} // namespace tlm
