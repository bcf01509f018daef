// SPDX-License-Identifier: Apache-2.0
#include "common/schema/explainer.hpp"

#include "common/schema/pointer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tlm::schema {

namespace dom = simdjson::dom;
using dom::element_type;

namespace {

/// `integer, string or null`.
std::string type_list(const Node& node)
{
    std::vector<std::string_view> names;
    const auto name_if = [&](unsigned bits, std::string_view name) {
        if ((node.types & bits) == bits) {
            names.push_back(name);
        }
    };
    name_if(object_bit, "object");
    name_if(array_bit, "array");
    name_if(string_bit, "string");
    if ((node.types & double_bit) != 0) {
        names.emplace_back("number");
    } else {
        name_if(integer_bits, "integer");
    }
    name_if(bool_bit, "boolean");
    name_if(null_bit, "null");
    std::string list;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) {
            list += i + 1 == names.size() ? " or " : ", ";
        }
        list += names[i];
    }
    return list;
}

std::string sentence_of(Reason limit)
{
    return limit == Reason::pattern_limit
               ? "matching a pattern took more work than the limit"
               : "judging the value took more levels or steps than the limit";
}

} // namespace

Explainer::Descent::Descent(Explainer& explainer, std::string_view name)
    : m_path(explainer.m_path), m_size(explainer.m_path.size())
{
    append_token(m_path, name);
}

Explainer::Descent::Descent(Explainer& explainer, std::size_t index)
    : m_path(explainer.m_path), m_size(explainer.m_path.size())
{
    append_token(m_path, index);
}

std::vector<Failure> Explainer::run(dom::element value)
{
    m_evaluator.begin();
    explain(m_program.root, value);
    if (m_failures.empty()) {
        m_failures.push_back({Reason::schema, "", "", "the value violates the schema"});
    }
    return std::move(m_failures);
}

void Explainer::fail(const Node& node, std::string_view keyword, std::string sentence)
{
    if (is_full()) {
        return;
    }
    Reason reason = Reason::schema;
    if (const auto limit = m_evaluator.limit()) {
        reason = *limit;
        sentence = sentence_of(*limit);
        m_stopped = true;
    }
    m_failures.push_back(
        {reason, m_path, m_program.paths[node.path] + std::string{keyword}, std::move(sentence)});
}

void Explainer::explain(Row row, dom::element value)
{
    const Node& node = m_program.nodes[row];
    if (is_full()) {
        return;
    }
    const Evaluator::Level level{m_evaluator};
    if (!level) {
        fail(node, "", "");
        return;
    }
    const Evaluator::Scope scope{m_evaluator, node};
    if (!Evaluator::has_type(node, value)) {
        explain_type(node, value);
        return;
    }
    const auto before = m_failures.size();
    explain_choices(node, value);
    switch (value.type()) {
    case element_type::STRING:
        explain_string(node, value.get_string().value_unsafe());
        break;
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
        explain_number(node, value);
        break;
    case element_type::ARRAY:
        explain_array(node, value.get_array().value_unsafe());
        break;
    case element_type::OBJECT:
        explain_object(node, value);
        break;
    case element_type::BOOL:
    case element_type::NULL_VALUE:
        break;
    }
    for (Row step = node.steps.first; step != node.steps.last && !is_full(); ++step) {
        explain_step(node, m_program.steps[step], value);
    }
    // What is evaluated is known only where nothing else fails.
    if (node.unevaluated != kNone && m_failures.size() == before && !is_full()) {
        explain_unevaluated(node, value);
    }
}

void Explainer::explain_type(const Node& node, dom::element value)
{
    if (node.types == 0) {
        fail(node, "", "no value is allowed here");
        return;
    }
    std::string sentence = brief(value);
    if (value.is_string() || is_number(value) || value.is_bool()) {
        sentence.append(" is of type ").append(type_name(value));
    } else {
        sentence += " stands here";
    }
    fail(node, "/type", sentence + ", it must be of type " + type_list(node));
}

void Explainer::explain_step(const Node& node, const Step& step, dom::element value)
{
    switch (step.op) {
    case Op::all_of:
        for (Row entry = step.list.first; entry != step.list.last; ++entry) {
            explain(m_program.lists[entry], value);
        }
        return;
    case Op::any_of:
    case Op::one_of:
        explain_alternatives(node, step, value);
        return;
    case Op::negate:
        if (m_evaluator.accepts(step.node, value) || m_evaluator.limit()) {
            fail(node, "/not", brief(value) + " is what the schema excludes");
        }
        return;
    case Op::condition: {
        const Row next = m_evaluator.accepts(step.node, value) ? step.then : step.otherwise;
        if (m_evaluator.limit()) {
            fail(node, "/if", "");
        } else if (next != kNone) {
            explain(next, value);
        }
        return;
    }
    case Op::reference:
        explain(step.node, value);
        return;
    case Op::dynamic:
        explain(m_evaluator.dynamic_target(step), value);
        return;
    }
}

void Explainer::explain_alternatives(const Node& node, const Step& step, dom::element value)
{
    const bool exclusive = step.op == Op::one_of;
    const std::string_view keyword = exclusive ? "/oneOf" : "/anyOf";
    std::vector<Row> matched;
    std::vector<Row> of_type;
    for (Row entry = step.list.first; entry != step.list.last; ++entry) {
        const Row branch = m_program.lists[entry];
        if (m_evaluator.accepts(branch, value)) {
            matched.push_back(entry - step.list.first);
        }
        if (Evaluator::has_type(m_program.nodes[branch], value)) {
            of_type.push_back(branch);
        }
    }
    if (m_evaluator.limit()) {
        fail(node, keyword, "");
    } else if (matched.empty()) {
        const auto count = step.list.last - step.list.first;
        fail(node, keyword,
             brief(value) + " matches none of the " + std::to_string(count) + " alternatives");
        if (of_type.size() == 1) {
            explain(of_type.front(), value);
        }
    } else if (exclusive && matched.size() > 1) {
        fail(node, keyword,
             brief(value) + " matches the alternatives " + std::to_string(matched[0]) + " and " +
                 std::to_string(matched[1]) + ", it must match one only");
    }
}

void Explainer::explain_unevaluated(const Node& node, dom::element value)
{
    const Unevaluated& rule = m_program.unevaluated[node.unevaluated];
    const Seen seen = m_evaluator.open_seen(value);
    if (!m_evaluator.note_evaluated(node, value, seen)) {
        fail(node, "", "");
    }
    std::size_t index = 0;
    if (dom::object object;
        rule.properties != kNone && value.get_object().get(object) == simdjson::SUCCESS) {
        for (auto field : object) {
            if (!m_evaluator.is_seen(seen, index++)) {
                const Descent member{*this, field.key};
                explain(rule.properties, field.value);
            }
        }
    }
    if (dom::array array;
        rule.items != kNone && value.get_array().get(array) == simdjson::SUCCESS) {
        for (auto item : array) {
            if (!m_evaluator.is_seen(seen, index)) {
                const Descent at{*this, index};
                explain(rule.items, item);
            }
            ++index;
        }
    }
    m_evaluator.close_seen(seen);
}

} // namespace tlm::schema
