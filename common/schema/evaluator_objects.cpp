// SPDX-License-Identifier: Apache-2.0
// The members of objects: where most of the time goes.
#include "common/base/json_text.hpp"
#include "common/schema/evaluator.hpp"

#include <algorithm>

namespace tlm::schema {

namespace dom = simdjson::dom;

bool Evaluator::accepts_object(const ObjectRule& rule, dom::object object)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    Row* const hints = m_hints.data() + rule.hints;
    Row before = 0;
    std::uint64_t count = 0;
    std::uint64_t present = 0;
    const auto end = object.end();
    for (auto member = object.begin(); member != end; ++member) {
        ++count;
        const Key name{member.key()};
        Row found = hints[before];
        if (found == kNone || !(rule.keys[found] == name)) {
            found = rule.keys.find(name);
            if (found == KeyTable::kNone) {
                if (rule.additional != kNone && !accepts(rule.additional, member.value())) {
                    return false;
                }
                continue;
            }
            hints[before] = found;
        }
        before = found + 1;
        const Property& property = rule.properties[found];
        present |= property.required_bit;
        if (property.node != kNone && !accepts(property.node, member.value())) {
            return false;
        }
    }
    return present == rule.required_bits && count >= rule.min_properties &&
           count <= rule.max_properties;
}

bool Evaluator::accepts_any_object(const ObjectRule& rule, dom::element value, dom::object object,
                                   Seen seen)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    std::uint64_t count = 0;
    std::uint64_t present = 0;
    for (auto field : object) {
        const Row found = rule.keys.find(field.key);
        const Property* const property =
            found == KeyTable::kNone ? nullptr : &rule.properties[found];
        present |= property == nullptr ? 0 : property->required_bit;
        bool evaluated = false;
        if (!accepts_member(rule, property, field.key, field.value, evaluated)) {
            return false;
        }
        if (evaluated) {
            mark(seen, count);
        }
        ++count;
    }
    const auto is_there = [&](std::string_view name) {
        return object.at_key(name).error() == simdjson::SUCCESS;
    };
    return present == rule.required_bits && count >= rule.min_properties &&
           count <= rule.max_properties &&
           std::all_of(rule.more_required.begin(), rule.more_required.end(), is_there) &&
           accepts_dependencies(rule, value, object, seen);
}

bool Evaluator::accepts_member(const ObjectRule& rule, const Property* property,
                               std::string_view name, dom::element value, bool& evaluated)
{
    if (rule.names != kNone && !accepts(rule.names, as_value(name))) {
        return false;
    }
    if (property != nullptr && property->is_declared) {
        evaluated = true;
        if (!accepts(property->node, value)) {
            return false;
        }
    }
    for (const PatternProperty& entry : rule.patterns) {
        if (matches(entry.pattern, name)) {
            evaluated = true;
            if (!accepts(entry.node, value)) {
                return false;
            }
        } else if (m_limit) {
            return false;
        }
    }
    if (evaluated || rule.additional == kNone) {
        return true;
    }
    evaluated = true;
    return accepts(rule.additional, value);
}

bool Evaluator::accepts_dependencies(const ObjectRule& rule, dom::element value, dom::object object,
                                     Seen seen)
{
    const auto is_there = [&](std::string_view name) {
        return object.at_key(name).error() == simdjson::SUCCESS;
    };
    for (const Dependency& dependency : rule.dependencies) {
        if (!is_there(dependency.trigger)) {
            continue;
        }
        if (!std::all_of(dependency.needed.begin(), dependency.needed.end(), is_there) ||
            (dependency.node != kNone && !accepts(dependency.node, value, seen))) {
            return false;
        }
    }
    return true;
}

dom::element Evaluator::as_value(std::string_view name)
{
    m_name_text.clear();
    append_json_string(m_name_text, name);
    dom::element value;
    // It was in a text that simdjson has parsed, so this cannot fail but for want of memory.
    if (m_name_parser.parse(simdjson::padded_string(m_name_text)).get(value)) {
        throw std::bad_alloc{};
    }
    return value;
}

} // namespace tlm::schema
