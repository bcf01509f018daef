// SPDX-License-Identifier: Apache-2.0
// What is wrong with a number, a string, a choice.
#include "common/schema/explainer.hpp"

namespace tlm::schema {

namespace dom = simdjson::dom;

namespace {

/// `"a", "b" or 3`; the first few of many.
std::string choice_list(const Choices& choices)
{
    constexpr std::size_t kShown = 8;
    std::vector<std::string> texts;
    for (std::uint32_t i = 0; i < choices.strings.size() && texts.size() < kShown; ++i) {
        texts.push_back(brief(choices.strings[i].text));
    }
    for (const dom::element& choice : choices.others) {
        if (texts.size() < kShown) {
            texts.push_back(brief(choice));
        }
    }
    const std::size_t more = choices.strings.size() + choices.others.size() - texts.size();
    std::string list;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (i > 0) {
            list += i + 1 == texts.size() && more == 0 ? " or " : ", ";
        }
        list += texts[i];
    }
    return more == 0 ? list : list + " or one of " + std::to_string(more) + " more";
}

std::string characters(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " character" : " characters");
}

} // namespace

void Explainer::explain_choices(const Node& node, dom::element value)
{
    if (node.choices == kNone) {
        return;
    }
    const Choices& choices = m_program.choices[node.choices];
    if (!Evaluator::is_choice(choices, value)) {
        fail(node, choices.is_const ? "/const" : "/enum",
             brief(value) + " must be " + choice_list(choices));
    }
}

void Explainer::explain_number(const Node& node, dom::element value)
{
    if (node.number == kNone) {
        return;
    }
    const NumberRule& rule = m_program.numbers[node.number];
    const Number number = number_of(value);
    const std::string text = to_text(number);
    if (rule.minimum && compare(number, *rule.minimum) < 0) {
        fail(node, "/minimum", text + " must be at least " + to_text(*rule.minimum));
    }
    if (rule.maximum && compare(number, *rule.maximum) > 0) {
        fail(node, "/maximum", text + " must be at most " + to_text(*rule.maximum));
    }
    if (rule.exclusive_minimum && compare(number, *rule.exclusive_minimum) <= 0) {
        fail(node, "/exclusiveMinimum",
             text + " must be more than " + to_text(*rule.exclusive_minimum));
    }
    if (rule.exclusive_maximum && compare(number, *rule.exclusive_maximum) >= 0) {
        fail(node, "/exclusiveMaximum",
             text + " must be less than " + to_text(*rule.exclusive_maximum));
    }
    if (rule.has_divisor && !Evaluator::is_multiple(rule, value)) {
        fail(node, "/multipleOf", text + " must be a multiple of " + to_text(rule.multiple_of));
    }
}

void Explainer::explain_string(const Node& node, std::string_view text)
{
    if (node.string == kNone) {
        return;
    }
    const StringRule& rule = m_program.strings[node.string];
    const std::size_t length = count_characters(text);
    if (length < rule.min_length) {
        fail(node, "/minLength",
             brief(text) + " has " + characters(length) + ", it must have at least " +
                 std::to_string(rule.min_length));
    }
    if (length > rule.max_length) {
        fail(node, "/maxLength",
             brief(text) + " has " + characters(length) + ", it must have at most " +
                 std::to_string(rule.max_length));
    }
    if (rule.pattern != kNone && !m_evaluator.matches(rule.pattern, text)) {
        fail(node, "/pattern",
             brief(text) + " does not match the pattern " +
                 m_program.patterns[rule.pattern].text());
    }
    if (rule.format != nullptr && !rule.format(text)) {
        fail(node, "/format", brief(text) + " does not have the format " + rule.format_name);
    }
}

} // namespace tlm::schema
