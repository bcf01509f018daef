// SPDX-License-Identifier: Apache-2.0
#include "common/schema/compiler.hpp"

namespace tlm::schema {

namespace dom = simdjson::dom;

void Compiler::run(const Place& root)
{
    m_program.nodes.emplace_back(); // kTrue
    m_program.paths.emplace_back();
    m_program.nodes.back().path = 0;
    m_places.push_back(root);
    m_program.draft = m_registry.resource(root.resource).dialect.draft;
    m_program.root = node(root);
    drain_queue();
    settle_dynamic_references();
    refuse_circles();
    m_program.documents = m_registry.take_documents();
}

void Compiler::drain_queue()
{
    while (!m_queue.empty()) {
        const auto [row, place] = std::move(m_queue.front());
        m_queue.pop_front();
        compile(row, place);
    }
}

Row Compiler::node(const Place& written)
{
    const Place place = behind_references(written);
    if (bool accepts_all = false;
        place.element.get_bool().get(accepts_all) == simdjson::SUCCESS && accepts_all) {
        return kTrue;
    }
    const auto next = static_cast<Row>(m_program.nodes.size());
    const auto [entry, is_new] =
        m_rows.try_emplace(std::to_string(place.document) + place.pointer, next);
    if (is_new) {
        Node& made = m_program.nodes.emplace_back();
        made.path = static_cast<Row>(m_program.paths.size());
        made.resource = place.resource;
        m_program.paths.push_back(m_registry.name(place));
        m_places.push_back(place);
        m_queue.emplace_back(next, place);
    }
    return entry->second;
}

Row Compiler::optional_node(const std::optional<Place>& place)
{
    return place ? node(*place) : kNone;
}

Range Compiler::list(const std::vector<Place>& places)
{
    std::vector<Row> rows;
    rows.reserve(places.size());
    for (const Place& place : places) {
        rows.push_back(node(place));
    }
    const auto first = static_cast<Row>(m_program.lists.size());
    m_program.lists.insert(m_program.lists.end(), rows.begin(), rows.end());
    return {first, static_cast<Row>(m_program.lists.size())};
}

void Compiler::compile(Row row, const Place& place)
{
    Node node = m_program.nodes[row];
    dom::object object;
    if (place.element.get_object().get(object) != simdjson::SUCCESS) {
        m_program.nodes[row].types = 0; // the schema `false`
        return;
    }
    const Keywords keywords{m_registry, place, object};
    // Before 2019-09 a `$ref` makes everything beside it void.
    if (keywords.draft() >= Draft::v2019_09 || !keywords.find("$ref")) {
        if (keywords.dialect().validation) {
            compile_types(keywords, node);
            compile_choices(keywords, node);
            compile_number(keywords, node);
        }
        compile_string(keywords, node);
        compile_array(keywords, node);
        compile_object(keywords, node);
        compile_unevaluated(keywords, node);
    }
    compile_steps(keywords, node);
    node.is_plain = node.steps.empty() && node.unevaluated == kNone;
    m_program.nodes[row] = node;
}

Row Compiler::pattern(const Keywords& keywords, const std::string& path, std::string_view text)
{
    const auto [entry, is_new] =
        m_patterns.try_emplace(std::string{text}, static_cast<Row>(m_program.patterns.size()));
    if (is_new) {
        try {
            m_program.patterns.emplace_back(text);
        } catch (const PatternLimitError& beyond) {
            throw keywords.error(path, "a pattern beyond the limits of this program: " +
                                           std::string{beyond.what()} + "; simplify it");
        } catch (const PatternError& malformed) {
            throw keywords.error(path, "not a regular expression of ECMA-262: " +
                                           std::string{malformed.what()} + "; correct it");
        }
    }
    return entry->second;
}

} // namespace tlm::schema
