// SPDX-License-Identifier: Apache-2.0
// Settings in YAML: a parsed file whose every mistake is named. For sources only, not for headers.
#pragma once

#include "common/base/error.hpp"
#include "common/base/time.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::sim {

/// A value inside a settings file, with the place where it stands. Each method throws Error usage
/// that names file, line and place when the value is not what it wants.
class Setting {
  public:
    /// Parses a whole file; `name` is how errors call it.
    [[nodiscard]] static Setting parse(std::string_view text, const std::string& name);

    [[nodiscard]] std::string text() const;
    [[nodiscard]] double number() const;
    [[nodiscard]] double number(double least, double most) const;
    /// A number from 0 to 1, or a percentage.
    [[nodiscard]] double share() const;
    [[nodiscard]] std::uint64_t count(std::uint64_t least, std::uint64_t most) const;
    [[nodiscard]] bool flag() const;
    /// Longer than 0.
    [[nodiscard]] milliseconds duration() const;
    /// What `read` gives for the name of a file; its Error becomes one of this place.
    [[nodiscard]] std::string
    file(const std::function<std::string(const std::string&)>& read) const;
    /// Not empty.
    [[nodiscard]] std::vector<Setting> items() const;
    /// One item where there is no list.
    [[nodiscard]] std::vector<Setting> one_or_more() const;
    [[nodiscard]] std::vector<double> numbers() const;
    /// In the order of the file. A key that stands twice is a mistake.
    [[nodiscard]] std::vector<std::pair<std::string, Setting>> members() const;

    [[nodiscard]] bool is_map() const { return m_node.IsMap(); }

    [[nodiscard]] bool is_list() const { return m_node.IsSequence(); }

    /// `FILE:LINE: place: what`.
    [[nodiscard]] Error wrong(const std::string& what) const;

  private:
    Setting(const YAML::Node& node, std::shared_ptr<const std::string> file, std::string place)
        : m_node(node), m_file(std::move(file)), m_place(std::move(place))
    {}

    [[nodiscard]] Setting inside(const YAML::Node& node, const std::string& step) const;

    YAML::Node m_node;
    std::shared_ptr<const std::string> m_file;
    std::string m_place; ///< `groups.pumps.devices`; empty for the whole
};

/// The members of a map, each asked for by its name.
class SettingMap {
  public:
    explicit SettingMap(const Setting& setting) : m_setting(setting), m_members(setting.members())
    {}

    /// Empty when it is not there.
    [[nodiscard]] const Setting* find(std::string_view name);

    /// Throws Error usage when it is not there.
    [[nodiscard]] const Setting& at(std::string_view name);

    /// Throws Error usage for a member that nobody asked for.
    void finish() const;

    [[nodiscard]] const Setting& whole() const noexcept { return m_setting; }

  private:
    Setting m_setting;
    std::vector<std::pair<std::string, Setting>> m_members;
    std::set<std::string, std::less<>> m_asked;
};

} // namespace tlm::sim
