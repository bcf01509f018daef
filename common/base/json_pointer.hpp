// SPDX-License-Identifier: Apache-2.0
// JSON Pointers (RFC 6901).
#pragma once

#include <string>
#include <string_view>

namespace tlm {

/// Appends one step, a member's name: a slash and the name, escaped.
void append_pointer_token(std::string& pointer, std::string_view name);

} // namespace tlm
