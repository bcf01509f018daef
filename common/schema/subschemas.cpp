// SPDX-License-Identifier: Apache-2.0
#include "common/schema/subschemas.hpp"

#include "common/schema/pointer.hpp"

#include <array>

namespace tlm::schema {
namespace {

namespace dom = simdjson::dom;

enum class Holds { one, list, map, one_or_list };

struct Keyword {
    std::string_view name;
    Holds holds;
    Draft first;
    Draft last;
};

constexpr std::array kKeywords{
    Keyword{"additionalItems", Holds::one, Draft::v4, Draft::v2019_09},
    Keyword{"additionalProperties", Holds::one, Draft::v4, Draft::v2020_12},
    Keyword{"allOf", Holds::list, Draft::v4, Draft::v2020_12},
    Keyword{"anyOf", Holds::list, Draft::v4, Draft::v2020_12},
    Keyword{"contains", Holds::one, Draft::v6, Draft::v2020_12},
    Keyword{"contentSchema", Holds::one, Draft::v2019_09, Draft::v2020_12},
    Keyword{"definitions", Holds::map, Draft::v4, Draft::v2020_12},
    Keyword{"$defs", Holds::map, Draft::v2019_09, Draft::v2020_12},
    Keyword{"dependencies", Holds::map, Draft::v4, Draft::v2020_12},
    Keyword{"dependentSchemas", Holds::map, Draft::v2019_09, Draft::v2020_12},
    Keyword{"else", Holds::one, Draft::v7, Draft::v2020_12},
    Keyword{"if", Holds::one, Draft::v7, Draft::v2020_12},
    Keyword{"items", Holds::one_or_list, Draft::v4, Draft::v2019_09},
    Keyword{"items", Holds::one, Draft::v2020_12, Draft::v2020_12},
    Keyword{"not", Holds::one, Draft::v4, Draft::v2020_12},
    Keyword{"oneOf", Holds::list, Draft::v4, Draft::v2020_12},
    Keyword{"patternProperties", Holds::map, Draft::v4, Draft::v2020_12},
    Keyword{"prefixItems", Holds::list, Draft::v2020_12, Draft::v2020_12},
    Keyword{"properties", Holds::map, Draft::v4, Draft::v2020_12},
    Keyword{"propertyNames", Holds::one, Draft::v6, Draft::v2020_12},
    Keyword{"then", Holds::one, Draft::v7, Draft::v2020_12},
    Keyword{"unevaluatedItems", Holds::one, Draft::v2019_09, Draft::v2020_12},
    Keyword{"unevaluatedProperties", Holds::one, Draft::v2019_09, Draft::v2020_12},
};

using Visit = std::function<void(const std::string&, dom::element)>;

void visit_one(const std::string& path, dom::element element, const Visit& visit)
{
    if (may_be_schema(element)) {
        visit(path, element);
    }
}

void visit_list(const std::string& path, dom::element element, const Visit& visit)
{
    dom::array array;
    if (element.get_array().get(array) != simdjson::SUCCESS) {
        return;
    }
    std::size_t index = 0;
    for (auto item : array) {
        std::string item_path = path;
        append_token(item_path, index++);
        visit_one(item_path, item, visit);
    }
}

void visit_map(const std::string& path, dom::element element, const Visit& visit)
{
    dom::object object;
    if (element.get_object().get(object) != simdjson::SUCCESS) {
        return;
    }
    for (auto field : object) {
        std::string field_path = path;
        append_token(field_path, field.key);
        visit_one(field_path, field.value, visit);
    }
}

} // namespace

bool may_be_schema(dom::element element) noexcept
{
    return element.is_object() || element.is_bool();
}

std::vector<std::string_view> subschema_keywords(Draft draft)
{
    std::vector<std::string_view> names;
    for (const Keyword& keyword : kKeywords) {
        if (keyword.first <= draft && draft <= keyword.last) {
            names.push_back(keyword.name);
        }
    }
    return names;
}

void for_each_subschema(dom::object schema, Draft draft, const Visit& visit)
{
    for (auto field : schema) {
        for (const Keyword& keyword : kKeywords) {
            if (keyword.name != field.key || draft < keyword.first || keyword.last < draft) {
                continue;
            }
            std::string path;
            append_token(path, keyword.name);
            if (keyword.holds != Holds::list && keyword.holds != Holds::map) {
                visit_one(path, field.value, visit);
            }
            if (keyword.holds == Holds::list || keyword.holds == Holds::one_or_list) {
                visit_list(path, field.value, visit);
            }
            if (keyword.holds == Holds::map) {
                visit_map(path, field.value, visit);
            }
        }
    }
}

} // namespace tlm::schema
