// SPDX-License-Identifier: Apache-2.0
#include "common/validation/schema_map.hpp"

#include "common/base/error.hpp"
#include "common/record/topic_template.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace tlm::validation {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxLines = 10'000;
constexpr std::string_view kBlank = " \t\r";

/// The next word of a line, quoted when it holds blanks. False at the end of the line.
bool take_word(std::string_view& line, std::string& word, const std::string& where)
{
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    if (line.empty()) {
        return false;
    }
    if (line.front() != '"') {
        const auto end = std::min(line.find_first_of(kBlank), line.size());
        word = line.substr(0, end);
        line.remove_prefix(end);
        return true;
    }
    const auto end = line.find('"', 1);
    if (end == std::string_view::npos) {
        throw usage_error(where + ": a quote is not closed");
    }
    word = line.substr(1, end - 1);
    line.remove_prefix(end + 1);
    return true;
}

bool is_filter(std::string_view pattern) noexcept
{
    return pattern.find_first_of("+#") != std::string_view::npos;
}

template <typename Number>
std::string_view to_text(Number number, std::string& buffer)
{
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    buffer.assign(digits.data(), end);
    return buffer;
}

/// A string is its text, a number or word as JSON writes it; objects, arrays and null are nothing.
std::optional<std::string_view> scalar_text(dom::element element, std::string& buffer)
{
    switch (element.type()) {
    case dom::element_type::STRING:
        return element.get_string().value_unsafe();
    case dom::element_type::INT64:
        return to_text(element.get_int64().value_unsafe(), buffer);
    case dom::element_type::UINT64:
        return to_text(element.get_uint64().value_unsafe(), buffer);
    case dom::element_type::DOUBLE:
        return to_text(element.get_double().value_unsafe(), buffer);
    case dom::element_type::BOOL:
        return element.get_bool().value_unsafe() ? "true" : "false";
    case dom::element_type::OBJECT:
    case dom::element_type::ARRAY:
    case dom::element_type::NULL_VALUE:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

bool matches_glob(std::string_view pattern, std::string_view text) noexcept
{
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos; // the last one seen, and where its run ends
    std::size_t run_end = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            run_end = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++run_end;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool matches_filter(std::string_view filter, std::string_view topic) noexcept
{
    for (;;) {
        const auto filter_end = std::min(filter.find('/'), filter.size());
        const auto topic_end = std::min(topic.find('/'), topic.size());
        const auto level = filter.substr(0, filter_end);
        if (level == "#") {
            return true;
        }
        if (level != "+" && level != topic.substr(0, topic_end)) {
            return false;
        }
        const bool filter_ends = filter_end == filter.size();
        if (topic_end == topic.size()) {
            return filter_ends || filter.substr(filter_end) == "/#";
        }
        if (filter_ends) {
            return false;
        }
        filter.remove_prefix(filter_end + 1);
        topic.remove_prefix(topic_end + 1);
    }
}

SchemaMap::Field SchemaMap::parse_field(std::string_view text, const std::string& where)
{
    if (text == "topic") {
        return {};
    }
    Field field;
    const auto root = text.substr(0, text.find('.'));
    field.root = root == "tags" ? Root::tags : Root::data;
    std::string_view rest = text.substr(std::min(root.size(), text.size()));
    while (rest.size() > 1) {
        rest.remove_prefix(1);
        const auto end = std::min(rest.find('.'), rest.size());
        field.path.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    const bool named = !field.path.empty() && rest.empty() &&
                       std::find(field.path.begin(), field.path.end(), "") == field.path.end();
    if ((root != "tags" && root != "data") || !named) {
        throw usage_error(where + ": '" + std::string{text} +
                          "' is not a field: topic, tags.NAME or data.NAME");
    }
    return field;
}

/// A pattern of the topic with a wildcard of MQTT's must be what MQTT calls a filter.
void SchemaMap::require_filter(const Line& line, const std::string& where)
{
    if (line.field.root != Root::topic || !is_filter(line.pattern)) {
        return;
    }
    if (const auto fault = filter_fault(line.pattern); !fault.empty()) {
        throw usage_error(where + ": '" + line.pattern + "' " + std::string{fault});
    }
}

std::size_t SchemaMap::index_of(const std::string& schema, const std::string& rules,
                                std::size_t line)
{
    for (std::size_t index = 0; index < m_schemas.size(); ++index) {
        if (m_schemas[index] == schema && m_rules[index] == rules) {
            return index;
        }
    }
    m_schemas.push_back(schema);
    m_rules.push_back(rules);
    m_numbers.push_back(line);
    return m_schemas.size() - 1;
}

SchemaMap SchemaMap::parse(std::string_view text, const std::string& name)
{
    SchemaMap map;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto where = name + ":" + std::to_string(number);
        std::array<std::string, 5> words;
        std::size_t count = 0;
        while (count < words.size() && take_word(line, words.at(count), where)) {
            ++count;
            if (words[0].starts_with('#')) {
                break;
            }
        }
        if (count == 0 || words[0].starts_with('#')) {
            continue;
        }
        if (count != 3 && count != 4) {
            throw usage_error(where + ": a line is FIELD PATTERN SCHEMA [RULES], words with blanks "
                                      "in double quotes");
        }
        if (map.m_lines.size() == kMaxLines) {
            throw usage_error(where + ": more than " + std::to_string(kMaxLines) + " lines");
        }
        Line& added = map.m_lines.emplace_back();
        added.field = parse_field(words[0], where);
        added.pattern = words[1];
        require_filter(added, where);
        added.schema = map.index_of(words[2], words[3], number);
        map.m_needs_topic = map.m_needs_topic || added.field.root == Root::topic;
    }
    return map;
}

std::optional<std::string_view> SchemaMap::value_of(const Field& field, const Subject& subject,
                                                    std::string& buffer)
{
    if (field.root == Root::topic) {
        return subject.topic.empty() ? std::nullopt : std::optional{subject.topic};
    }
    if (field.root == Root::tags && subject.tags == nullptr) {
        return std::nullopt;
    }
    dom::element at = field.root == Root::tags ? *subject.tags : subject.data;
    for (const auto& key : field.path) {
        dom::object object;
        if (at.get_object().get(object) != simdjson::SUCCESS ||
            object.at_key(key).get(at) != simdjson::SUCCESS) {
            return std::nullopt;
        }
    }
    return scalar_text(at, buffer);
}

std::optional<std::size_t> SchemaMap::choose(const Subject& subject) const
{
    const Field* looked_up = nullptr;
    std::optional<std::string_view> value;
    std::string buffer;
    for (const auto& line : m_lines) {
        if (looked_up == nullptr || !(*looked_up == line.field)) {
            looked_up = &line.field;
            value = value_of(line.field, subject, buffer);
        }
        if (value && (line.field.root == Root::topic && is_filter(line.pattern)
                          ? matches_filter(line.pattern, *value)
                          : matches_glob(line.pattern, *value))) {
            return line.schema;
        }
    }
    return std::nullopt;
}

} // namespace tlm::validation
