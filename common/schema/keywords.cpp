// SPDX-License-Identifier: Apache-2.0
#include "common/schema/keywords.hpp"

#include "common/schema/pointer.hpp"
#include "common/schema/subschemas.hpp"

#include <limits>

namespace tlm::schema {

namespace dom = simdjson::dom;

namespace {

std::string path_of(std::string_view name)
{
    std::string path;
    append_token(path, name);
    return path;
}

} // namespace

Keywords::Keywords(const Registry& registry, const Place& place, dom::object object)
    : m_registry(registry),
      m_place(place),
      m_object(object),
      m_dialect(registry.resource(place.resource).dialect)
{}

Error Keywords::error(const std::string& path, const std::string& what) const
{
    Place there = m_place;
    there.pointer += path;
    return m_registry.error(there, what);
}

std::optional<dom::element> Keywords::find(std::string_view name) const
{
    dom::element element;
    if (m_object.at_key(name).get(element) == simdjson::SUCCESS) {
        return element;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Keywords::count(std::string_view name) const
{
    const auto element = find(name);
    if (!element) {
        return std::nullopt;
    }
    const Number zero{};
    if (is_number(*element)) {
        const Number number = number_of(*element);
        constexpr double kTwo64 = 18446744073709551616.0;
        if (number.type != dom::element_type::DOUBLE && compare(number, zero) >= 0) {
            return number.u;
        }
        if (number.type == dom::element_type::DOUBLE && number.d >= 0 && is_whole(number.d)) {
            return number.d < kTwo64 ? static_cast<std::uint64_t>(number.d)
                                     : std::numeric_limits<std::uint64_t>::max();
        }
    }
    throw error(path_of(name), "must be a whole number of 0 or more");
}

std::optional<Number> Keywords::number(std::string_view name) const
{
    const auto element = find(name);
    if (!element) {
        return std::nullopt;
    }
    if (!is_number(*element)) {
        throw error(path_of(name), "must be a number");
    }
    return number_of(*element);
}

std::optional<std::string_view> Keywords::string(std::string_view name) const
{
    const auto element = find(name);
    if (!element) {
        return std::nullopt;
    }
    std::string_view text;
    if (element->get_string().get(text) != simdjson::SUCCESS) {
        throw error(path_of(name), "must be a string");
    }
    return text;
}

bool Keywords::flag(std::string_view name) const
{
    const auto element = find(name);
    bool value = false;
    if (element && element->get_bool().get(value) != simdjson::SUCCESS) {
        throw error(path_of(name), "must be true or false");
    }
    return value;
}

std::optional<dom::array> Keywords::array(std::string_view name) const
{
    const auto element = find(name);
    if (!element) {
        return std::nullopt;
    }
    dom::array array;
    if (element->get_array().get(array) != simdjson::SUCCESS) {
        throw error(path_of(name), "must be an array");
    }
    return array;
}

std::optional<dom::object> Keywords::object(std::string_view name) const
{
    const auto element = find(name);
    if (!element) {
        return std::nullopt;
    }
    dom::object object;
    if (element->get_object().get(object) != simdjson::SUCCESS) {
        throw error(path_of(name), "must be an object");
    }
    return object;
}

std::vector<std::string_view> Keywords::strings(const std::string& path, dom::element element) const
{
    std::vector<std::string_view> texts;
    dom::array array;
    if (element.get_array().get(array) != simdjson::SUCCESS) {
        throw error(path, "must be an array of strings");
    }
    for (auto item : array) {
        std::string_view text;
        if (item.get_string().get(text) != simdjson::SUCCESS) {
            std::string item_path = path;
            append_token(item_path, texts.size());
            throw error(item_path, "must be a string");
        }
        texts.push_back(text);
    }
    return texts;
}

Place Keywords::subschema_at(const std::string& path, dom::element element) const
{
    if (!may_be_schema(element)) {
        throw error(path, "must be a schema: an object, true or false");
    }
    return m_registry.below(m_place, path, element);
}

std::optional<Place> Keywords::subschema(std::string_view name) const
{
    const auto element = find(name);
    if (!element) {
        return std::nullopt;
    }
    return subschema_at(path_of(name), *element);
}

std::vector<Place> Keywords::subschemas(std::string_view name) const
{
    std::vector<Place> places;
    if (const auto items = array(name)) {
        for (auto item : *items) {
            std::string path = path_of(name);
            append_token(path, places.size());
            places.push_back(subschema_at(path, item));
        }
    }
    return places;
}

} // namespace tlm::schema
