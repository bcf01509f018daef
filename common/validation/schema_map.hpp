// SPDX-License-Identifier: Apache-2.0
// Which schema judges which record.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class element;
} // namespace simdjson::dom

namespace tlm::validation {

/// What a schema is chosen by.
struct Subject {
    const simdjson::dom::element& data;
    const simdjson::dom::element* tags = nullptr; ///< null: none
    std::string_view topic{};                     ///< empty: none
    /// Where `data` stands in what was read, as a JSON Pointer: rejections begin with it.
    std::string_view place{};
};

/// The lines of a schema map, `FIELD PATTERN SCHEMA [RULES]`; the first whose pattern fits decides.
/// See tlm-validate(1), SCHEMA MAP. Immutable.
class SchemaMap {
  public:
    /// Throws Error usage that names `name:LINE`.
    [[nodiscard]] static SchemaMap parse(std::string_view text, const std::string& name);

    /// The names in the column SCHEMA, each once for each that stands beside it in RULES.
    [[nodiscard]] const std::vector<std::string>& schemas() const noexcept { return m_schemas; }

    /// The names in the column RULES, beside those of schemas(); empty where a line has none.
    [[nodiscard]] const std::vector<std::string>& rules() const noexcept { return m_rules; }

    /// The number of the line, from 1, that is the first to name those of schemas() and rules().
    [[nodiscard]] const std::vector<std::size_t>& numbers() const noexcept { return m_numbers; }

    /// An index into schemas() and rules(); empty when no line fits.
    [[nodiscard]] std::optional<std::size_t> choose(const Subject& subject) const;

    /// Some line asks for the topic.
    [[nodiscard]] bool needs_topic() const noexcept { return m_needs_topic; }

  private:
    enum class Root { topic, tags, data };

    /// Neighbouring lines about one field: its value is looked up once.
    struct Field {
        Root root = Root::topic;
        std::vector<std::string> path; ///< below the root
        bool operator==(const Field&) const = default;
    };

    struct Line {
        Field field;
        std::string pattern;
        std::size_t schema = 0;
    };

    [[nodiscard]] static Field parse_field(std::string_view text, const std::string& where);
    static void require_filter(const Line& line, const std::string& where);
    [[nodiscard]] std::size_t index_of(const std::string& schema, const std::string& rules,
                                       std::size_t line);
    [[nodiscard]] static std::optional<std::string_view>
    value_of(const Field& field, const Subject& subject, std::string& buffer);

    std::vector<Line> m_lines;
    std::vector<std::string> m_schemas;
    std::vector<std::string> m_rules;
    std::vector<std::size_t> m_numbers;
    bool m_needs_topic = false;
};

/// `*` stands for any run of characters, `?` for one byte, all else for itself.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

/// An MQTT topic filter (MQTT 5 section 4.7): `+` is one level, a final `#` any number of them.
[[nodiscard]] bool matches_filter(std::string_view filter, std::string_view topic) noexcept;

} // namespace tlm::validation
