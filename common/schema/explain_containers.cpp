// SPDX-License-Identifier: Apache-2.0
// What is wrong with an array or an object.
#include "common/schema/explainer.hpp"
#include "common/schema/pointer.hpp"

#include <algorithm>

namespace tlm::schema {

namespace dom = simdjson::dom;

namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many)
{
    return std::to_string(count) + " " + std::string{count == 1 ? one : many};
}

bool has(dom::object object, std::string_view name)
{
    return object.at_key(name).error() == simdjson::SUCCESS;
}

} // namespace

void Explainer::explain_array(const Node& node, dom::array array)
{
    if (node.array == kNone) {
        return;
    }
    const ArrayRule& rule = m_program.arrays[node.array];
    const std::size_t prefix = rule.prefix.last - rule.prefix.first;
    std::size_t count = 0;
    for (auto item : array) {
        const Row row = count < prefix
                            ? m_program.lists[rule.prefix.first + static_cast<Row>(count)]
                            : rule.items;
        if (row != kNone && !is_full()) {
            const Descent at{*this, count};
            explain(row, item);
        }
        ++count;
    }
    const std::string has_items = "the array has " + counted(count, "item", "items");
    if (count < rule.min_items) {
        fail(node, "/minItems",
             has_items + ", it must have at least " + std::to_string(rule.min_items));
    }
    if (count > rule.max_items) {
        fail(node, "/maxItems",
             has_items + ", it must have at most " + std::to_string(rule.max_items));
    }
    if (rule.contains != kNone) {
        explain_contains(node, array);
    }
    if (!rule.unique || is_full()) {
        return;
    }
    const Twins twins = m_evaluator.twins(array);
    if (twins.found || twins.gave_up) {
        fail(node, "/uniqueItems",
             "the items " + std::to_string(twins.first) + " and " + std::to_string(twins.second) +
                 " are equal, all must differ");
    }
}

void Explainer::explain_contains(const Node& node, dom::array array)
{
    const ArrayRule& rule = m_program.arrays[node.array];
    std::uint64_t matched = 0;
    for (auto item : array) {
        matched += static_cast<std::uint64_t>(m_evaluator.accepts(rule.contains, item));
    }
    const std::string sentence = counted(matched, "item matches", "items match") + ", ";
    if (m_evaluator.limit()) {
        fail(node, "/contains", "");
    } else if (matched < rule.min_contains) {
        fail(node, rule.min_contains == 1 ? "/contains" : "/minContains",
             sentence + "at least " + std::to_string(rule.min_contains) + " must");
    } else if (matched > rule.max_contains) {
        fail(node, "/maxContains",
             sentence + "at most " + std::to_string(rule.max_contains) + " may");
    }
}

void Explainer::explain_object(const Node& node, dom::element value)
{
    if (node.object == kNone) {
        return;
    }
    const ObjectRule& rule = m_program.objects[node.object];
    const dom::object object = value.get_object().value_unsafe();
    std::uint64_t count = 0;
    for (auto field : object) {
        if (!is_full()) {
            const Descent member{*this, field.key};
            explain_member(node, field.key, field.value);
        }
        ++count;
    }
    explain_missing(node, object);
    const std::string has_members = "the object has " + counted(count, "member", "members");
    if (count < rule.min_properties) {
        fail(node, "/minProperties",
             has_members + ", it must have at least " + std::to_string(rule.min_properties));
    }
    if (count > rule.max_properties) {
        fail(node, "/maxProperties",
             has_members + ", it must have at most " + std::to_string(rule.max_properties));
    }
    explain_dependencies(node, value, object);
}

void Explainer::explain_member(const Node& node, std::string_view name, dom::element value)
{
    const ObjectRule& rule = m_program.objects[node.object];
    bool is_known = false;
    if (rule.names != kNone) {
        explain(rule.names, m_evaluator.as_value(name));
    }
    if (const auto found = rule.keys.find(name);
        found != KeyTable::kNone && rule.properties[found].is_declared) {
        is_known = true;
        explain(rule.properties[found].node, value);
    }
    for (const PatternProperty& entry : rule.patterns) {
        if (m_evaluator.matches(entry.pattern, name)) {
            is_known = true;
            explain(entry.node, value);
        } else if (m_evaluator.limit()) {
            fail(node, "/patternProperties", "");
            return;
        }
    }
    if (is_known || rule.additional == kNone) {
        return;
    }
    if (const Node& additional = m_program.nodes[rule.additional]; additional.types == 0) {
        fail(additional, "", "the member " + brief(name) + " is not allowed");
    } else {
        explain(rule.additional, value);
    }
}

void Explainer::explain_missing(const Node& node, dom::object object)
{
    const ObjectRule& rule = m_program.objects[node.object];
    for (std::uint32_t i = 0; i < rule.keys.size() && !is_full(); ++i) {
        if (rule.properties[i].is_required && !has(object, rule.keys[i].text)) {
            fail(node, "/required", "the member " + brief(rule.keys[i].text) + " is missing");
        }
    }
}

void Explainer::explain_dependencies(const Node& node, dom::element value, dom::object object)
{
    for (const Dependency& dependency : m_program.objects[node.object].dependencies) {
        if (is_full() || !has(object, dependency.trigger)) {
            continue;
        }
        for (const std::string_view needed : dependency.needed) {
            if (!has(object, needed)) {
                std::string keyword = "/" + std::string{dependency.keyword};
                append_token(keyword, dependency.trigger);
                fail(node, keyword,
                     "the member " + brief(needed) + " is missing, which " +
                         brief(dependency.trigger) + " needs");
            }
        }
        if (dependency.node != kNone) {
            explain(dependency.node, value);
        }
    }
}

} // namespace tlm::schema
