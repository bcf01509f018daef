// SPDX-License-Identifier: Apache-2.0
// The values of `format` that are checked when formats are asserted.
#pragma once

#include <string_view>

namespace tlm::schema {

using FormatCheck = bool (*)(std::string_view text);

/// nullptr when the format is not known here: then it asserts nothing.
[[nodiscard]] FormatCheck find_format(std::string_view name) noexcept;

} // namespace tlm::schema
