// SPDX-License-Identifier: Apache-2.0
// Steps over JSON text that a parser has accepted, for the bytes that the parser does not keep.
#pragma once

#include <cstddef>
#include <string_view>

namespace tlm {

// The text must be JSON, whole: nothing here checks it, so no index can run past its end.

constexpr std::string_view kJsonWhiteSpace = " \t\r\n";

/// The index of the first byte from `at` that is not white space.
[[nodiscard]] std::size_t skip_white_space(std::string_view text, std::size_t at) noexcept;

/// The index behind the string whose opening quote is at `at`.
[[nodiscard]] std::size_t skip_string(std::string_view text, std::size_t at) noexcept;

/// The index behind the value that begins at `at`.
[[nodiscard]] std::size_t skip_value(std::string_view text, std::size_t at) noexcept;

} // namespace tlm
