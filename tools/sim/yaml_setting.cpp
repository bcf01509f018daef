// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/yaml_setting.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "tools/sim/share.hpp"

#include <algorithm>

namespace tlm::sim {
namespace {

std::string show(double number)
{
    std::string text;
    append_number(text, number);
    return text;
}

} // namespace

Setting Setting::parse(std::string_view text, const std::string& name)
{
    try {
        return {YAML::Load(std::string{text}), std::make_shared<const std::string>(name), {}};
    } catch (const YAML::Exception& error) {
        const auto line = error.mark.is_null() ? 1 : error.mark.line + 1;
        throw usage_error(name + ":" + std::to_string(line) + ": not YAML: " + error.msg);
    }
}

Error Setting::wrong(const std::string& what) const
{
    const auto mark = m_node.Mark();
    const auto line = mark.is_null() ? 1 : mark.line + 1;
    const auto place = m_place.empty() ? std::string{} : m_place + ": ";
    return usage_error(*m_file + ":" + std::to_string(line) + ": " + place + what);
}

Setting Setting::inside(const YAML::Node& node, const std::string& step) const
{
    return {node, m_file, m_place.empty() ? step : m_place + "." + step};
}

std::string Setting::text() const
{
    if (!m_node.IsScalar()) {
        throw wrong("a text is wanted");
    }
    return m_node.Scalar();
}

double Setting::number() const
{
    const auto number = m_node.IsScalar() ? parse_number(m_node.Scalar()) : std::nullopt;
    if (!number) {
        throw wrong("a number is wanted");
    }
    return *number;
}

double Setting::number(double least, double most) const
{
    const auto value = number();
    if (!(value >= least && value <= most)) {
        throw wrong("a number from " + show(least) + " to " + show(most) + " is wanted");
    }
    return value;
}

double Setting::share() const
{
    const auto value = m_node.IsScalar() ? parse_share(m_node.Scalar()) : std::nullopt;
    if (!value) {
        throw wrong("a number from 0 to 1, or a percentage, is wanted");
    }
    return *value;
}

std::uint64_t Setting::count(std::uint64_t least, std::uint64_t most) const
{
    const auto number = m_node.IsScalar() ? parse_unsigned(m_node.Scalar()) : std::nullopt;
    if (!number || *number < least || *number > most) {
        throw wrong("a whole number from " + std::to_string(least) + " to " + std::to_string(most) +
                    " is wanted");
    }
    return *number;
}

bool Setting::flag() const
{
    const auto value = m_node.IsScalar() ? m_node.Scalar() : std::string{};
    if (value != "true" && value != "false") {
        throw wrong("true or false is wanted");
    }
    return value == "true";
}

milliseconds Setting::duration() const
{
    const auto value = m_node.IsScalar() ? parse_duration(m_node.Scalar()) : std::nullopt;
    if (!value || *value <= milliseconds{0}) {
        throw wrong("a duration such as 5s is wanted");
    }
    return *value;
}

std::string Setting::file(const std::function<std::string(const std::string&)>& read) const
{
    const auto name = text();
    try {
        return read(name);
    } catch (const Error& error) {
        throw wrong(error.what());
    }
}

std::vector<Setting> Setting::items() const
{
    if (!m_node.IsSequence()) {
        throw wrong("a list is wanted");
    }
    if (m_node.size() == 0) {
        throw wrong("the list is empty");
    }
    std::vector<Setting> items;
    for (const auto& node : m_node) {
        items.push_back(inside(node, std::to_string(items.size() + 1)));
    }
    return items;
}

std::vector<Setting> Setting::one_or_more() const
{
    return is_list() ? items() : std::vector{*this};
}

std::vector<double> Setting::numbers() const
{
    std::vector<double> numbers;
    for (const auto& item : items()) {
        numbers.push_back(item.number());
    }
    return numbers;
}

std::vector<std::pair<std::string, Setting>> Setting::members() const
{
    if (!m_node.IsMap()) {
        throw wrong("members are wanted, each as name: value");
    }
    std::vector<std::pair<std::string, Setting>> members;
    for (const auto& member : m_node) {
        if (!member.first.IsScalar()) {
            throw wrong("the name of a member is no text");
        }
        const auto& name = member.first.Scalar();
        auto value = inside(member.second, name);
        const bool known = std::any_of(members.begin(), members.end(),
                                       [&name](const auto& each) { return each.first == name; });
        if (known) {
            throw value.wrong("stands twice");
        }
        members.emplace_back(name, std::move(value));
    }
    return members;
}

const Setting* SettingMap::find(std::string_view name)
{
    m_asked.emplace(name);
    const auto found = std::find_if(m_members.begin(), m_members.end(),
                                    [name](const auto& member) { return member.first == name; });
    return found == m_members.end() ? nullptr : &found->second;
}

const Setting& SettingMap::at(std::string_view name)
{
    const auto* const setting = find(name);
    if (setting == nullptr) {
        throw m_setting.wrong("the member " + std::string{name} + " is missing");
    }
    return *setting;
}

void SettingMap::finish() const
{
    for (const auto& [name, setting] : m_members) {
        if (m_asked.find(name) == m_asked.end()) {
            throw setting.wrong("there is no such member");
        }
    }
}

} // namespace tlm::sim
