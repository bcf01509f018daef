// SPDX-License-Identifier: Apache-2.0
// JSON out of text of any origin, and out of numbers.
#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace tlm {

/// U+FEFF as UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Appends `text` as a JSON string with its quotes. Control characters (DEL and C1 included, so
/// that a terminal is safe) are escaped; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends a whole number, or a finite one: the shortest text that reads back as the same value.
template <typename Number>
void append_number(std::string& out, Number value)
{
    std::array<char, 32> text{}; // the longest double has 24 characters
    auto* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

/// True when `text` is UTF-8 as RFC 3629 defines it (no surrogates, no over-long forms).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Appends `bytes` in base64 (RFC 4648 section 4, padded), without quotes.
void append_base64(std::string& out, std::string_view bytes);

} // namespace tlm
