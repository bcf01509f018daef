// SPDX-License-Identifier: Apache-2.0
// Keywords for every value, for numbers and for strings.
#include "common/schema/compiler.hpp"
#include "common/schema/pointer.hpp"
#include "common/schema/value.hpp"

#include <algorithm>
#include <limits>

namespace tlm::schema {

namespace dom = simdjson::dom;

namespace {

std::optional<std::uint8_t> bits_of(std::string_view type) noexcept
{
    if (type == "null") {
        return null_bit;
    }
    if (type == "boolean") {
        return bool_bit;
    }
    if (type == "integer") {
        return integer_bits;
    }
    if (type == "number") {
        return number_bits;
    }
    if (type == "string") {
        return string_bit;
    }
    if (type == "array") {
        return array_bit;
    }
    if (type == "object") {
        return object_bit;
    }
    return std::nullopt;
}

/// `minimum` and its like; draft 4 has a flag beside it, later ones a second number.
struct Limit {
    std::optional<Number> inclusive;
    std::optional<Number> exclusive;
};

Limit read_limit(const Keywords& keywords, std::string_view inclusive, std::string_view exclusive)
{
    Limit limit;
    limit.inclusive = keywords.number(inclusive);
    if (keywords.draft() > Draft::v4) {
        limit.exclusive = keywords.number(exclusive);
    } else if (keywords.flag(exclusive)) {
        std::swap(limit.inclusive, limit.exclusive);
    }
    return limit;
}

} // namespace

void Compiler::compile_types(const Keywords& keywords, Node& node) const
{
    const auto type = keywords.find("type");
    if (!type) {
        return;
    }
    std::vector<std::string_view> names;
    if (std::string_view one; type->get_string().get(one) == simdjson::SUCCESS) {
        names.push_back(one);
    } else if (type->is_array()) {
        names = keywords.strings("/type", *type);
    } else {
        throw keywords.error("/type", "must be a string or an array of strings");
    }
    node.types = 0;
    for (const std::string_view name : names) {
        const auto bits = bits_of(name);
        if (!bits) {
            throw keywords.error("/type", "no type is called " + brief(name) +
                                              "; there are null, boolean, integer, number, string, "
                                              "array and object");
        }
        node.types |= *bits;
        // In draft 4 an integer is what is written as one.
        node.whole_doubles =
            node.whole_doubles || (name == "integer" && keywords.draft() > Draft::v4);
    }
}

void Compiler::compile_choices(const Keywords& keywords, Node& node)
{
    const auto list = keywords.array("enum");
    const auto only = keywords.draft() > Draft::v4 ? keywords.find("const") : std::nullopt;
    if (!list && !only) {
        return;
    }
    Choices choices;
    choices.is_const = !list;
    const auto add = [&](dom::element choice) {
        if (std::string_view text; choice.get_string().get(text) == simdjson::SUCCESS) {
            choices.strings.add(text);
        } else {
            choices.others.push_back(choice);
        }
    };
    if (list) {
        for (auto choice : *list) {
            if (!only || equal(choice, *only)) {
                add(choice);
            }
        }
    } else {
        add(*only);
    }
    node.choices = static_cast<Row>(m_program.choices.size());
    m_program.choices.push_back(std::move(choices));
}

void Compiler::compile_number(const Keywords& keywords, Node& node)
{
    NumberRule rule;
    const Limit low = read_limit(keywords, "minimum", "exclusiveMinimum");
    const Limit high = read_limit(keywords, "maximum", "exclusiveMaximum");
    rule.minimum = low.inclusive;
    rule.exclusive_minimum = low.exclusive;
    rule.maximum = high.inclusive;
    rule.exclusive_maximum = high.exclusive;
    if (rule.minimum) {
        rule.interval.raise_low(*rule.minimum, false);
    }
    if (rule.exclusive_minimum) {
        rule.interval.raise_low(*rule.exclusive_minimum, true);
    }
    if (rule.maximum) {
        rule.interval.lower_high(*rule.maximum, false);
    }
    if (rule.exclusive_maximum) {
        rule.interval.lower_high(*rule.exclusive_maximum, true);
    }
    if (const auto multiple_of = keywords.number("multipleOf")) {
        if (compare(*multiple_of, Number{}) <= 0) {
            throw keywords.error("/multipleOf", "must be more than 0");
        }
        rule.has_divisor = true;
        rule.multiple_of = *multiple_of;
        rule.divisor = decimal_of(*multiple_of);
        rule.whole_divisor =
            multiple_of->type == dom::element_type::INT64 ? multiple_of->i : std::int64_t{0};
    }
    if (rule.has_divisor || low.inclusive || low.exclusive || high.inclusive || high.exclusive) {
        node.number = static_cast<Row>(m_program.numbers.size());
        m_program.numbers.push_back(rule);
    }
}

void Compiler::compile_string(const Keywords& keywords, Node& node)
{
    StringRule rule;
    bool is_used = false;
    if (keywords.dialect().validation) {
        const auto min = keywords.count("minLength");
        const auto max = keywords.count("maxLength");
        rule.min_length = min.value_or(0);
        rule.max_length = max.value_or(kNoLimit);
        is_used = min || max;
        if (const auto text = keywords.string("pattern")) {
            rule.pattern = pattern(keywords, "/pattern", *text);
            is_used = true;
        }
    }
    if (const auto format = keywords.string("format");
        format && keywords.dialect().assert_formats) {
        rule.format = find_format(*format);
        rule.format_name = *format;
        is_used = is_used || rule.format != nullptr;
    }
    if (is_used) {
        node.string = static_cast<Row>(m_program.strings.size());
        m_program.strings.push_back(std::move(rule));
    }
}

} // namespace tlm::schema
