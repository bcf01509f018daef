// SPDX-License-Identifier: Apache-2.0
// URI references (RFC 3986), as much as resolving `$id` and `$ref` takes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tlm::schema {

/// RFC 3986 section 5.2: the reference as seen from the base. A base without a scheme (a bare file
/// name) works the same way. The fragment is that of the reference.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);

/// What stands before the first `#`, and what stands behind it.
[[nodiscard]] std::pair<std::string_view, std::string_view>
split_fragment(std::string_view uri) noexcept;

/// `%41` becomes `A`; nothing when a `%` is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

} // namespace tlm::schema
