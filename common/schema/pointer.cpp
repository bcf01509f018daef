// SPDX-License-Identifier: Apache-2.0
#include "common/schema/pointer.hpp"

#include "common/base/json_pointer.hpp"
#include "common/base/units.hpp"

namespace tlm::schema {

namespace dom = simdjson::dom;

void append_token(std::string& pointer, std::string_view token)
{
    append_pointer_token(pointer, token);
}

void append_token(std::string& pointer, std::size_t index)
{
    pointer.append("/").append(std::to_string(index));
}

std::optional<std::string> take_token(std::string_view& pointer)
{
    if (!pointer.starts_with('/')) {
        return std::nullopt;
    }
    pointer.remove_prefix(1);
    const std::string_view raw = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(raw.size());
    std::string token;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '~') {
            token += raw[i];
        } else if (++i < raw.size() && (raw[i] == '0' || raw[i] == '1')) {
            token += raw[i] == '0' ? '~' : '/';
        } else {
            return std::nullopt;
        }
    }
    return token;
}

std::optional<dom::element> child(dom::element parent, std::string_view token)
{
    dom::element found;
    if (dom::object object; parent.get_object().get(object) == simdjson::SUCCESS) {
        if (object.at_key(token).get(found) == simdjson::SUCCESS) {
            return found;
        }
    } else if (dom::array array; parent.get_array().get(array) == simdjson::SUCCESS) {
        const auto index = parse_unsigned(token);
        const bool canonical = token == "0" || !token.starts_with('0');
        if (index && canonical && array.at(*index).get(found) == simdjson::SUCCESS) {
            return found;
        }
    }
    return std::nullopt;
}

} // namespace tlm::schema
