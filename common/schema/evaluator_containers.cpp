// SPDX-License-Identifier: Apache-2.0
// Arrays, and objects with more than names to judge.
#include "common/base/json_text.hpp"
#include "common/schema/evaluator.hpp"

#include <algorithm>
#include <new>

namespace tlm::schema {

namespace dom = simdjson::dom;

Twins Evaluator::twins(dom::array array)
{
    const Twins twins = find_twins(array, m_hashes, kMaxSteps);
    if (twins.gave_up) {
        m_limit = Reason::schema_limit;
    }
    return twins;
}

bool Evaluator::judge_array(const ArrayRule& rule, Value array, Seen seen)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    const std::uint64_t prefix = rule.prefix.last - rule.prefix.first;
    const Row* const prefix_rows = m_program.lists.data() + rule.prefix.first;
    std::uint64_t count = 0;
    const Value end = array.end();
    for (Value item = array.first(); item != end; item = item.next()) {
        const Row row = count < prefix ? prefix_rows[count] : rule.items;
        if (row != kNone) {
            if (!judge(row, item)) {
                return false;
            }
            mark(seen, count);
        }
        ++count;
    }
    if (count < rule.min_items || count > rule.max_items) {
        return false;
    }
    if (rule.contains != kNone && !judge_contains(rule, array, seen)) {
        return false;
    }
    if (!rule.unique) {
        return true;
    }
    const Twins found = twins(array.element().get_array().value_unsafe());
    return !found.found && !found.gave_up;
}

bool Evaluator::judge_contains(const ArrayRule& rule, Value array, Seen seen)
{
    std::uint64_t matched = 0;
    std::uint64_t index = 0;
    const bool notes = seen && rule.contains_evaluates;
    const Value end = array.end();
    for (Value item = array.first(); item != end; item = item.next()) {
        if (judge(rule.contains, item)) {
            ++matched;
            if (notes) {
                mark(seen, index);
            } else if (matched >= rule.min_contains && rule.max_contains == kNoLimit) {
                return true;
            }
        }
        ++index;
    }
    return matched >= rule.min_contains && matched <= rule.max_contains;
}

bool Evaluator::judge_any_object(const ObjectRule& rule, Value value, Seen seen)
{
    const Level level{*this};
    if (!level) {
        return false;
    }
    std::uint64_t count = 0;
    std::uint64_t present = 0;
    const Value end = value.end();
    for (Value name = value.first(); name != end; name = name.next().next()) {
        const Row found = rule.keys.find(name.string());
        present |= found == KeyTable::kNone ? 0 : rule.properties[found].required_bit;
        bool evaluated = false;
        if (!judge_member(rule, found, name, evaluated)) {
            return false;
        }
        if (evaluated) {
            mark(seen, count);
        }
        ++count;
    }
    const dom::object object = value.element().get_object().value_unsafe();
    return present == rule.required_bits && count >= rule.min_properties &&
           count <= rule.max_properties &&
           std::all_of(rule.more_required.begin(), rule.more_required.end(),
                       [&](std::string_view name) {
                           return object.at_key(name).error() == simdjson::SUCCESS;
                       }) &&
           judge_dependencies(rule, value, seen);
}

bool Evaluator::judge_member(const ObjectRule& rule, Row found, Value name, bool& evaluated)
{
    const Value value = name.next();
    if (rule.names != kNone && !judge(rule.names, Value{as_value(name.string())})) {
        return false;
    }
    if (found != KeyTable::kNone && rule.properties[found].is_declared) {
        evaluated = true;
        if (!judge(rule.properties[found].node, value)) {
            return false;
        }
    }
    for (const PatternProperty& entry : rule.patterns) {
        if (matches(entry.pattern, name.string())) {
            evaluated = true;
            if (!judge(entry.node, value)) {
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
    return judge(rule.additional, value);
}

bool Evaluator::judge_dependencies(const ObjectRule& rule, Value value, Seen seen)
{
    const dom::object object = value.element().get_object().value_unsafe();
    const auto is_there = [&](std::string_view name) {
        return object.at_key(name).error() == simdjson::SUCCESS;
    };
    return std::all_of(
        rule.dependencies.begin(), rule.dependencies.end(), [&](const Dependency& dependency) {
            return !is_there(dependency.trigger) ||
                   (std::all_of(dependency.needed.begin(), dependency.needed.end(), is_there) &&
                    (dependency.node == kNone || judge(dependency.node, value, seen)));
        });
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
