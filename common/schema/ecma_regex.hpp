// SPDX-License-Identifier: Apache-2.0
// ECMA-262 regular expressions written anew for PCRE2.
#pragma once

#include <string>
#include <string_view>

namespace tlm::schema {

/// The pattern as PCRE2 (UTF, ALLOW_EMPTY_CLASS, DOLLAR_ENDONLY, without UCP) reads it
/// with the meaning that ECMA-262 with the flag u gives it: white space and line ends of Unicode,
/// long names of properties. What PCRE2 knows and ECMA-262 does not is a PatternError: `\Z`,
/// `(?i)`, possessive quantifiers, verbs. Escaped punctuation is let through although `u` is
/// stricter.
[[nodiscard]] std::string translate_ecma_regex(std::string_view pattern);

} // namespace tlm::schema
