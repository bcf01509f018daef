// SPDX-License-Identifier: Apache-2.0
#include "common/validation/json_file.hpp"

#include "common/validation/pointer.hpp"

#include <cmath>

namespace tlm::validation {

namespace dom = simdjson::dom;

dom::object Setting::object() const
{
    dom::object object;
    if (m_value.get_object().get(object) != simdjson::SUCCESS) {
        throw wrong("must be an object");
    }
    return object;
}

dom::array Setting::array() const
{
    dom::array array;
    if (m_value.get_array().get(array) != simdjson::SUCCESS) {
        throw wrong("must be an array");
    }
    return array;
}

std::string_view Setting::text() const
{
    std::string_view text;
    if (m_value.get_string().get(text) != simdjson::SUCCESS) {
        throw wrong("must be a string");
    }
    return text;
}

double Setting::number() const
{
    double number = 0;
    if (m_value.get_double().get(number) != simdjson::SUCCESS) {
        throw wrong("must be a number");
    }
    return number;
}

std::uint32_t Setting::count(std::uint32_t least, std::uint32_t most) const
{
    std::uint64_t number = 0;
    if (m_value.get_uint64().get(number) != simdjson::SUCCESS || number < least || number > most) {
        throw wrong("must be a whole number from " + std::to_string(least) + " to " +
                    std::to_string(most));
    }
    return static_cast<std::uint32_t>(number);
}

Setting Setting::member(std::string_view key, dom::element value) const
{
    return {m_file, m_place + '/' + escape_token(key), value};
}

Setting Setting::item(std::size_t index, dom::element value) const
{
    return {m_file, m_place + '/' + std::to_string(index), value};
}

Error Setting::wrong(std::string_view what) const
{
    return usage_error(m_file + (m_place.empty() ? "" : ": " + m_place) + ": " + std::string{what});
}

Setting parse_settings(GuardedJson& json, std::string_view text, std::string_view name)
{
    auto parsed = json.parse(text);
    if (const auto* reject = std::get_if<Reject>(&parsed)) {
        throw usage_error(std::string{name} + ": " + reject->path +
                          (reject->path.empty() ? "" : ": ") + reject->detail);
    }
    return {std::string{name}, "", std::get<dom::element>(parsed)};
}

} // namespace tlm::validation
