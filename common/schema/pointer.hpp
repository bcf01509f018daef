// SPDX-License-Identifier: Apache-2.0
// JSON Pointers (RFC 6901), written and followed.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::schema {

/// Appends `/token`, with `~` and `/` escaped.
void append_token(std::string& pointer, std::string_view token);
void append_token(std::string& pointer, std::size_t index);

/// Takes the first token off a pointer that is not empty; nothing when it is malformed.
[[nodiscard]] std::optional<std::string> take_token(std::string_view& pointer);

/// The member or item that a token names; nothing when there is none.
[[nodiscard]] std::optional<simdjson::dom::element> child(simdjson::dom::element parent,
                                                          std::string_view token);

} // namespace tlm::schema
