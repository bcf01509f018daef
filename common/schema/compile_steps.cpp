// SPDX-License-Identifier: Apache-2.0
// Keywords that apply to the value itself: references, combinations, conditions; and what must come
// last, the unevaluated.
#include "common/schema/compiler.hpp"
#include "common/schema/uri.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace tlm::schema {

namespace dom = simdjson::dom;

namespace {

/// What may stand beside a `$ref` without saying anything of the value.
constexpr std::array<std::string_view, 11> kSaysNothing{
    "$ref",    "$comment",   "$defs",    "$anchor",   "title",   "description",
    "default", "deprecated", "readOnly", "writeOnly", "examples"};

} // namespace

bool Compiler::is_only_reference(const Place& place, dom::object object) const
{
    const Resource& resource = m_registry.resource(place.resource);
    if (resource.dialect.draft < Draft::v2019_09) {
        return true;
    }
    // Passing through a resource matters where something looks for its dynamic anchors.
    if (!resource.dynamic_anchors.empty() || resource.root.pointer == place.pointer) {
        return false;
    }
    return std::all_of(object.begin(), object.end(), [](const auto& field) {
        return std::find(kSaysNothing.begin(), kSaysNothing.end(), field.key) != kSaysNothing.end();
    });
}

/// Where a chain of subschemas that are a `$ref` and nothing else ends: nothing is left of it at
/// run time.
Place Compiler::behind_references(Place place)
{
    std::set<std::string> passed;
    dom::object object;
    dom::element reference;
    while (place.element.get_object().get(object) == simdjson::SUCCESS &&
           object.at_key("$ref").get(reference) == simdjson::SUCCESS &&
           is_only_reference(place, object)) {
        const Keywords keywords{m_registry, place, object};
        const std::string_view target = *keywords.string("$ref");
        if (!passed.insert(m_registry.name(place)).second) {
            throw keywords.error("/$ref", "references go round in a circle; no value could ever be "
                                          "judged by it");
        }
        place = m_registry.resolve(place, "$ref", target);
    }
    return place;
}

void Compiler::compile_steps(const Keywords& keywords, Node& node)
{
    std::vector<Step> steps;
    add_references(keywords, steps);
    const bool only_reference = keywords.draft() < Draft::v2019_09 && !steps.empty();
    if (keywords.dialect().applicators && !only_reference) {
        constexpr std::array<std::pair<std::string_view, Op>, 3> kLists{
            {{"allOf", Op::all_of}, {"anyOf", Op::any_of}, {"oneOf", Op::one_of}}};
        for (const auto& [keyword, op] : kLists) {
            if (!keywords.find(keyword)) {
                continue;
            }
            Step step{op, list(keywords.subschemas(keyword))};
            if (step.list.empty()) {
                throw keywords.error("/" + std::string{keyword}, "must hold at least one schema");
            }
            steps.push_back(step);
        }
        if (const auto negated = keywords.subschema("not")) {
            steps.push_back({Op::negate, {}, this->node(*negated)});
        }
        const auto condition =
            keywords.draft() >= Draft::v7 ? keywords.subschema("if") : std::nullopt;
        if (condition) {
            steps.push_back({Op::condition,
                             {},
                             this->node(*condition),
                             optional_node(keywords.subschema("then")),
                             optional_node(keywords.subschema("else"))});
        }
    }
    node.steps.first = static_cast<Row>(m_program.steps.size());
    m_program.steps.insert(m_program.steps.end(), steps.begin(), steps.end());
    node.steps.last = static_cast<Row>(m_program.steps.size());
}

void Compiler::add_references(const Keywords& keywords, std::vector<Step>& steps)
{
    if (const auto reference = keywords.string("$ref")) {
        steps.push_back(
            {Op::reference, {}, node(m_registry.resolve(keywords.place(), "$ref", *reference))});
    }
    if (keywords.draft() == Draft::v2020_12) {
        if (const auto reference = keywords.string("$dynamicRef")) {
            const Place target = m_registry.resolve(keywords.place(), "$dynamicRef", *reference);
            const auto name = percent_decode(split_fragment(*reference).second);
            add_dynamic("$dynamicRef", name.value_or(""), target, steps);
        }
    }
    if (keywords.draft() == Draft::v2019_09) {
        if (const auto reference = keywords.string("$recursiveRef")) {
            const Place target = m_registry.resolve(keywords.place(), "$recursiveRef", *reference);
            add_dynamic("$recursiveRef", "", target, steps);
        }
    }
}

/// A reference that an anchor of the same name may override, in a resource passed on the way here.
void Compiler::add_dynamic(std::string_view keyword, std::string_view name, const Place& target,
                           std::vector<Step>& steps)
{
    Step step{Op::reference, {}, node(target)};
    const auto& anchors = m_registry.resource(target.resource).dynamic_anchors;
    const auto anchor = anchors.find(name);
    const bool is_recursive = keyword == "$recursiveRef";
    const bool overridable = anchor != anchors.end() && anchor->second.pointer == target.pointer &&
                             name.empty() == is_recursive;
    if (overridable) {
        const auto next = static_cast<Row>(m_program.dynamic_anchors.size());
        const auto [entry, is_new] = m_dynamic_names.try_emplace(std::string{name}, next);
        if (is_new) {
            m_program.dynamic_anchors.emplace_back();
        }
        step.op = Op::dynamic;
        step.dynamic = entry->second;
    }
    steps.push_back(step);
}

void Compiler::compile_unevaluated(const Keywords& keywords, Node& node)
{
    if (!keywords.dialect().unevaluated || keywords.draft() < Draft::v2019_09) {
        return;
    }
    Unevaluated rule;
    rule.items = optional_node(keywords.subschema("unevaluatedItems"));
    rule.properties = optional_node(keywords.subschema("unevaluatedProperties"));
    if (rule.items != kNone || rule.properties != kNone) {
        node.unevaluated = static_cast<Row>(m_program.unevaluated.size());
        m_program.unevaluated.push_back(rule);
    }
}

/// Compiles what any resource has under a name that is referred to dynamically, until that brings
/// no further names or documents. Where one target alone is possible it is a plain reference.
void Compiler::settle_dynamic_references()
{
    std::set<std::pair<std::string, Row>> known;
    for (std::size_t before = 1; before != 0;) {
        before = 0;
        for (const auto& [name, row] : std::map{m_dynamic_names.begin(), m_dynamic_names.end()}) {
            for (Row number = 0; number < m_registry.resource_count(); ++number) {
                const auto& anchors = m_registry.resource(number).dynamic_anchors;
                const auto anchor = anchors.find(name);
                if (anchor != anchors.end() && known.emplace(name, number).second) {
                    ++before;
                    const Row target = node(anchor->second);
                    m_program.dynamic_anchors[row].targets.push_back({number, target});
                }
            }
        }
        drain_queue();
    }
    std::set<Row> in_scope;
    for (Step& step : m_program.steps) {
        if (step.op != Op::dynamic) {
            continue;
        }
        const auto& targets = m_program.dynamic_anchors[step.dynamic].targets;
        if (targets.size() < 2) {
            step.op = Op::reference;
            continue;
        }
        for (const auto& target : targets) {
            in_scope.insert(target.resource);
        }
    }
    for (Node& node : m_program.nodes) {
        node.opens_scope = in_scope.count(node.resource) > 0;
        node.is_plain = node.is_plain && !node.opens_scope;
    }
}

/// A value would be judged without end when judging it leads back to the same subschema and the
/// same value. What `$dynamicRef`s do is known at run time only; there the levels are counted.
void Compiler::refuse_circles() const
{
    const auto next_of = [this](Row row) {
        std::vector<Row> next;
        const Node& node = m_program.nodes[row];
        for (Row i = node.steps.first; i != node.steps.last; ++i) {
            const Step& step = m_program.steps[i];
            for (Row entry = step.list.first; entry != step.list.last; ++entry) {
                next.push_back(m_program.lists[entry]);
            }
            if (step.op != Op::dynamic) {
                next.insert(next.end(), {step.node, step.then, step.otherwise});
            }
        }
        if (node.object != kNone) {
            for (const Dependency& dependency : m_program.objects[node.object].dependencies) {
                next.push_back(dependency.node);
            }
        }
        next.erase(std::remove(next.begin(), next.end(), kNone), next.end());
        return next;
    };
    enum class State { fresh, open, done };
    std::vector<State> states(m_program.nodes.size(), State::fresh);
    for (Row start = 0; start < states.size(); ++start) {
        std::vector<std::pair<Row, std::vector<Row>>> path;
        const auto enter = [&](Row row) {
            states[row] = State::open;
            path.emplace_back(row, next_of(row));
        };
        if (states[start] == State::fresh) {
            enter(start);
        }
        while (!path.empty()) {
            if (path.back().second.empty()) {
                states[path.back().first] = State::done;
                path.pop_back();
                continue;
            }
            const Row next = path.back().second.back();
            path.back().second.pop_back();
            if (states[next] == State::open) {
                throw m_registry.error(m_places[next], "references go round in a circle without "
                                                       "descending into the value; break it");
            }
            if (states[next] == State::fresh) {
                enter(next);
            }
        }
    }
}

} // namespace tlm::schema
