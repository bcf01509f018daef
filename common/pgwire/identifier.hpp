// SPDX-License-Identifier: Apache-2.0
// Names and values inside SQL text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tlm::pg {

/// A table's name out of an allow-list, so that it can stand in SQL text.
struct TableName {
    std::string schema; ///< empty: whatever search_path finds
    std::string name;

    /// `"schema"."name"`.
    [[nodiscard]] std::string quoted() const;

    bool operator==(const TableName&) const = default;
};

/// `name` or `schema.name`, each 1 to 63 characters of [a-z0-9_] beginning with a letter or `_`:
/// names that mean the same with and without quotes. Empty for anything else.
[[nodiscard]] std::optional<TableName> parse_table_name(std::string_view text);

/// `text` as a string constant, whatever standard_conforming_strings says.
[[nodiscard]] std::string sql_literal(std::string_view text);

} // namespace tlm::pg
