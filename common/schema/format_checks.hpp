// SPDX-License-Identifier: Apache-2.0
// One check for each value of `format`. The text is UTF-8; the whole of it must have the format.
#pragma once

#include <cstddef>
#include <string_view>

namespace tlm::schema::format {

// format_time.cpp: RFC 3339 section 5.6 and appendix A.
[[nodiscard]] bool is_date(std::string_view text);
[[nodiscard]] bool is_time(std::string_view text);
[[nodiscard]] bool is_date_time(std::string_view text);
[[nodiscard]] bool is_duration(std::string_view text);

// format_net.cpp
[[nodiscard]] bool is_ipv4(std::string_view text);      ///< RFC 2673 section 3.2
[[nodiscard]] bool is_ipv6(std::string_view text);      ///< RFC 4291 section 2.2
[[nodiscard]] bool is_hostname(std::string_view text);  ///< RFC 1123 section 2.1
[[nodiscard]] bool is_email(std::string_view text);     ///< RFC 5321 section 4.1.2
[[nodiscard]] bool is_idn_email(std::string_view text); ///< RFC 6531; any U-label is a host name

// format_uri.cpp
[[nodiscard]] bool is_uri(std::string_view text);           ///< RFC 3986, absolute
[[nodiscard]] bool is_uri_reference(std::string_view text); ///< RFC 3986
[[nodiscard]] bool is_iri(std::string_view text); ///< RFC 3987: any character beyond ASCII
[[nodiscard]] bool is_iri_reference(std::string_view text);
[[nodiscard]] bool is_uri_template(std::string_view text); ///< RFC 6570

// format_text.cpp
[[nodiscard]] bool is_uuid(std::string_view text);         ///< RFC 4122
[[nodiscard]] bool is_json_pointer(std::string_view text); ///< RFC 6901
[[nodiscard]] bool is_relative_json_pointer(std::string_view text);
[[nodiscard]] bool is_regex(std::string_view text); ///< ECMA-262, as `pattern` takes it

// What they share.
[[nodiscard]] constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[nodiscard]] constexpr bool is_hex(char c) noexcept
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

[[nodiscard]] constexpr bool is_beyond_ascii(char c) noexcept
{
    return static_cast<unsigned char>(c) >= 0x80;
}

/// Takes a character off the front.
inline bool take(std::string_view& text, char c) noexcept
{
    if (!text.starts_with(c)) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// Takes exactly `count` digits off the front; their value, or -1.
inline int take_digits(std::string_view& text, std::size_t count) noexcept
{
    if (text.size() < count) {
        return -1;
    }
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_digit(text[i])) {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

} // namespace tlm::schema::format
