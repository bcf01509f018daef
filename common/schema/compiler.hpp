// SPDX-License-Identifier: Apache-2.0
// Makes a program of the documents of a schema.
#pragma once

#include "common/schema/keywords.hpp"
#include "common/schema/program.hpp"
#include "common/schema/registry.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tlm::schema {

/// Subschemas are compiled when something first leads to them, once each. All functions throw Error
/// usage, with the place of what is wrong.
class Compiler {
  public:
    Compiler(Registry& registry, Program& program) : m_registry(registry), m_program(program) {}

    void run(const Place& root);

  private:
    [[nodiscard]] Row node(const Place& place);
    [[nodiscard]] Row optional_node(const std::optional<Place>& place);
    [[nodiscard]] Range list(const std::vector<Place>& places);
    [[nodiscard]] Row pattern(const Keywords& keywords, const std::string& path,
                              std::string_view text);

    void compile(Row row, const Place& place);
    void drain_queue();

    // compile_values.cpp
    void compile_types(const Keywords& keywords, Node& node) const;
    void compile_choices(const Keywords& keywords, Node& node);
    void compile_number(const Keywords& keywords, Node& node);
    void compile_string(const Keywords& keywords, Node& node);

    // compile_containers.cpp
    void compile_array(const Keywords& keywords, Node& node);
    void compile_object(const Keywords& keywords, Node& node);
    void add_properties(const Keywords& keywords, ObjectRule& rule);
    void add_required(const Keywords& keywords, ObjectRule& rule) const;
    void add_dependencies(const Keywords& keywords, std::string_view keyword, ObjectRule& rule);

    // compile_steps.cpp
    [[nodiscard]] Place behind_references(Place place);
    [[nodiscard]] bool is_only_reference(const Place& place, simdjson::dom::object object) const;
    void compile_steps(const Keywords& keywords, Node& node);
    void add_references(const Keywords& keywords, std::vector<Step>& steps);
    void add_dynamic(std::string_view keyword, std::string_view name, const Place& target,
                     std::vector<Step>& steps);
    void compile_unevaluated(const Keywords& keywords, Node& node);
    void settle_dynamic_references();
    void refuse_circles() const;

    Registry& m_registry;
    Program& m_program;
    std::unordered_map<std::string, Row> m_rows; ///< by document and pointer
    std::deque<std::pair<Row, Place>> m_queue;
    std::vector<Place> m_places;                             ///< of the nodes
    std::map<std::string, Row, std::less<>> m_dynamic_names; ///< in dynamic_anchors
    std::map<std::string, Row, std::less<>> m_patterns;
};

} // namespace tlm::schema
