// SPDX-License-Identifier: Apache-2.0
#include "common/validation/schema_map.hpp"

#include "common/validation/json_file.hpp"
#include "common/validation/tags.hpp"

#include <algorithm>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kFileDepth = 8;

/// Takes the first level off; `more` says whether a slash followed it.
std::string_view take_level(std::string_view& rest, bool& more) noexcept
{
    const auto slash = rest.find('/');
    more = slash != std::string_view::npos;
    const auto level = rest.substr(0, slash);
    rest.remove_prefix(more ? slash + 1 : rest.size());
    return level;
}

bool is_filter(std::string_view text) noexcept
{
    bool more = !text.empty();
    while (more) {
        const auto level = take_level(text, more);
        if (level.size() > 1 && level.find_first_of("+#") != std::string_view::npos) {
            return false;
        }
        if (level == "#" && more) {
            return false;
        }
    }
    return true;
}

std::string read_filter(const Setting& setting)
{
    if (setting.text().empty() || !is_filter(setting.text())) {
        throw setting.wrong("must be an MQTT topic filter");
    }
    return std::string{setting.text()};
}

SchemaChoice::Value read_value(const Setting& setting)
{
    std::int64_t number = 0;
    bool truth = false;
    if (setting.value().get_int64().get(number) == simdjson::SUCCESS) {
        return number;
    }
    if (setting.value().get_bool().get(truth) == simdjson::SUCCESS) {
        return truth;
    }
    if (!setting.value().is_string()) {
        throw setting.wrong("must be a string, a whole number, true or false");
    }
    return std::string{setting.text()};
}

/// A file name; null says that there is none.
std::string read_name(const Setting& setting)
{
    if (setting.value().is_null()) {
        return {};
    }
    if (setting.text().empty()) {
        throw setting.wrong("must be a file name or null");
    }
    return std::string{setting.text()};
}

void read_tags(const Setting& setting, SchemaChoice& choice)
{
    const auto tags = setting.object();
    for (const auto tag : tags) {
        choice.tags.emplace_back(tag.key, setting.member(tag.key, tag.value).text());
    }
}

void read_data(const Setting& setting, SchemaChoice& choice)
{
    const auto values = setting.object();
    for (const auto field : values) {
        const Setting value = setting.member(field.key, field.value);
        const auto pointer = Pointer::parse(field.key);
        if (!pointer) {
            throw value.wrong("the key must be a JSON Pointer, as \"/type\"");
        }
        choice.data.emplace_back(*pointer, read_value(value));
    }
}

SchemaChoice read_choice(const Setting& setting)
{
    SchemaChoice choice;
    bool has_schema = false;
    const auto members = setting.object();
    for (const auto field : members) {
        const Setting member = setting.member(field.key, field.value);
        if (field.key == "topic") {
            choice.topic = read_filter(member);
        } else if (field.key == "tags") {
            read_tags(member, choice);
        } else if (field.key == "data") {
            read_data(member, choice);
        } else if (field.key == "schema") {
            choice.schema = read_name(member);
            has_schema = true;
        } else if (field.key == "rules") {
            choice.rules = read_name(member);
        } else {
            throw member.wrong("is not known here; see tlm-validation(5)");
        }
    }
    if (!has_schema) {
        throw setting.wrong("has no schema; null says that none is wanted");
    }
    return choice;
}

bool equals(const dom::element& value, const SchemaChoice::Value& wanted)
{
    std::string_view text;
    std::int64_t number = 0;
    bool truth = false;
    if (const auto* string = std::get_if<std::string>(&wanted)) {
        return value.get_string().get(text) == simdjson::SUCCESS && text == *string;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&wanted)) {
        return value.get_int64().get(number) == simdjson::SUCCESS && number == *whole;
    }
    return value.get_bool().get(truth) == simdjson::SUCCESS && truth == std::get<bool>(wanted);
}

bool fits(const SchemaChoice& choice, std::string_view topic, std::string_view tags,
          const dom::element& data)
{
    return (choice.topic.empty() || filter_matches(choice.topic, topic)) &&
           std::all_of(choice.tags.begin(), choice.tags.end(),
                       [&](const auto& tag) { return tag_text(tags, tag.first) == tag.second; }) &&
           std::all_of(choice.data.begin(), choice.data.end(), [&](const auto& condition) {
               const auto value = condition.first.find(data);
               return value && equals(*value, condition.second);
           });
}

} // namespace

bool filter_matches(std::string_view filter, std::string_view topic) noexcept
{
    bool filter_more = true;
    bool topic_more = true;
    while (filter_more) {
        const auto wanted = take_level(filter, filter_more);
        if (wanted == "#") {
            return true; // the parent level included
        }
        if (!topic_more) {
            return false;
        }
        const auto level = take_level(topic, topic_more);
        if (wanted != "+" && wanted != level) {
            return false;
        }
    }
    return !topic_more;
}

SchemaMap SchemaMap::parse(std::string_view text, std::string_view name)
{
    GuardedJson json(kFileDepth);
    const Setting file = parse_settings(json, text, name);
    SchemaMap map;
    const auto top = file.object();
    for (const auto field : top) {
        const Setting setting = file.member(field.key, field.value);
        if (field.key != "schemas") {
            throw setting.wrong("is not known here; the only member is schemas");
        }
        std::size_t index = 0;
        const auto items = setting.array();
        for (const auto item : items) {
            map.m_choices.push_back(read_choice(setting.item(index++, item)));
        }
    }
    if (map.m_choices.empty()) {
        throw file.wrong("schemas is missing or empty: nothing would fit");
    }
    return map;
}

std::optional<std::size_t> SchemaMap::choose(std::string_view topic, std::string_view tags,
                                             const dom::element& data) const
{
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        if (fits(m_choices[i], topic, tags, data)) {
            return i;
        }
    }
    return std::nullopt;
}

} // namespace tlm::validation
