// SPDX-License-Identifier: Apache-2.0
// Which members of a schema hold subschemas, by draft.
#pragma once

#include "common/schema/draft.hpp"

#include <simdjson.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// Calls `visit(path, subschema)` for each subschema one level below; `path` is a JSON Pointer from
/// the schema. Values that cannot be subschemas are passed over: compiling judges them.
void for_each_subschema(
    simdjson::dom::object schema, Draft draft,
    const std::function<void(const std::string&, simdjson::dom::element)>& visit);

/// The names of those members.
[[nodiscard]] std::vector<std::string_view> subschema_keywords(Draft draft);

/// True for an object or a boolean.
[[nodiscard]] bool may_be_schema(simdjson::dom::element element) noexcept;

} // namespace tlm::schema
