// SPDX-License-Identifier: Apache-2.0
#include "common/pgwire/identifier.hpp"

#include <algorithm>

namespace tlm::pg {

namespace {

constexpr std::size_t kMaxIdentifier = 63;

bool is_identifier(std::string_view text) noexcept
{
    const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    const auto continues = [&](char c) { return starts(c) || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= kMaxIdentifier && starts(text.front()) &&
           std::all_of(text.begin(), text.end(), continues);
}

} // namespace

std::string TableName::quoted() const
{
    const auto table = '"' + name + '"';
    return schema.empty() ? table : '"' + schema + "\"." + table;
}

std::optional<TableName> parse_table_name(std::string_view text)
{
    TableName result;
    if (const auto dot = text.find('.'); dot != std::string_view::npos) {
        result.schema = text.substr(0, dot);
        text.remove_prefix(dot + 1);
        if (!is_identifier(result.schema)) {
            return std::nullopt;
        }
    }
    result.name = text;
    return is_identifier(text) ? std::optional{result} : std::nullopt;
}

std::string sql_literal(std::string_view text)
{
    std::string result = text.find('\\') == std::string_view::npos ? "'" : "E'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') {
            result += c;
        }
        result += c;
    }
    return result + '\'';
}

} // namespace tlm::pg
