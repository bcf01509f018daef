// SPDX-License-Identifier: Apache-2.0
// Where in the JSON something is wrong; private to this library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm::formats {

/// Puts one more token before a JSON Pointer (RFC 6901): it is built from its end, while the walk
/// that failed unwinds.
void prepend_token(std::string& pointer, std::string_view name);
void prepend_index(std::string& pointer, std::size_t index);

} // namespace tlm::formats
