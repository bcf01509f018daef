// SPDX-License-Identifier: Apache-2.0
// Keywords for arrays and objects.
#include "common/schema/compiler.hpp"
#include "common/schema/pointer.hpp"

#include <algorithm>

namespace tlm::schema {

namespace dom = simdjson::dom;

void Compiler::compile_array(const Keywords& keywords, Node& node)
{
    ArrayRule rule;
    const bool validates = keywords.dialect().validation;
    if (keywords.dialect().applicators) {
        if (keywords.draft() >= Draft::v2020_12) {
            rule.prefix = list(keywords.subschemas("prefixItems"));
            rule.items = optional_node(keywords.subschema("items"));
        } else if (const auto items = keywords.find("items"); items && items->is_array()) {
            rule.old_names = true;
            rule.prefix = list(keywords.subschemas("items"));
            rule.items = optional_node(keywords.subschema("additionalItems"));
        } else {
            rule.items = optional_node(keywords.subschema("items"));
        }
        if (keywords.draft() > Draft::v4) {
            rule.contains = optional_node(keywords.subschema("contains"));
            rule.contains_evaluates = keywords.draft() >= Draft::v2020_12;
        }
    }
    if (validates) {
        rule.min_items = keywords.count("minItems").value_or(0);
        rule.max_items = keywords.count("maxItems").value_or(kNoLimit);
        rule.unique = keywords.flag("uniqueItems");
        if (keywords.draft() >= Draft::v2019_09) {
            rule.min_contains = keywords.count("minContains").value_or(1);
            rule.max_contains = keywords.count("maxContains").value_or(kNoLimit);
        }
    }
    const bool is_used = !rule.prefix.empty() || rule.items != kNone || rule.contains != kNone ||
                         rule.min_items != 0 || rule.max_items != kNoLimit || rule.unique;
    if (is_used) {
        node.array = static_cast<Row>(m_program.arrays.size());
        m_program.arrays.push_back(rule);
    }
}

void Compiler::compile_object(const Keywords& keywords, Node& node)
{
    ObjectRule rule;
    if (keywords.dialect().applicators) {
        rule.additional = optional_node(keywords.subschema("additionalProperties"));
        add_properties(keywords, rule);
        if (keywords.draft() > Draft::v4) {
            rule.names = optional_node(keywords.subschema("propertyNames"));
        }
        if (keywords.draft() >= Draft::v2019_09) {
            add_dependencies(keywords, "dependentSchemas", rule);
        }
    }
    if (keywords.dialect().validation) {
        rule.min_properties = keywords.count("minProperties").value_or(0);
        rule.max_properties = keywords.count("maxProperties").value_or(kNoLimit);
        add_required(keywords, rule);
        add_dependencies(keywords, "dependencies", rule); // deprecated since 2019-09, still seen
        if (keywords.draft() >= Draft::v2019_09) {
            add_dependencies(keywords, "dependentRequired", rule);
        }
    }
    const bool is_used = rule.keys.size() > 0 || rule.additional != kNone ||
                         !rule.patterns.empty() || rule.names != kNone ||
                         !rule.dependencies.empty() || rule.min_properties != 0 ||
                         rule.max_properties != kNoLimit;
    if (!is_used) {
        return;
    }
    rule.is_plain = rule.patterns.empty() && rule.names == kNone && rule.dependencies.empty() &&
                    rule.more_required.empty();
    rule.hints = m_program.hint_count;
    m_program.hint_count += rule.keys.size() + 1;
    node.object = static_cast<Row>(m_program.objects.size());
    m_program.objects.push_back(std::move(rule));
}

void Compiler::add_properties(const Keywords& keywords, ObjectRule& rule)
{
    if (const auto properties = keywords.object("properties")) {
        for (auto field : *properties) {
            std::string path = "/properties";
            append_token(path, field.key);
            rule.keys.add(field.key);
            Property property{Key{field.key}};
            property.node = node(keywords.subschema_at(path, field.value));
            property.is_declared = true;
            rule.properties.push_back(property);
        }
    }
    if (const auto patterns = keywords.object("patternProperties")) {
        for (auto field : *patterns) {
            std::string path = "/patternProperties";
            append_token(path, field.key);
            const Row row = pattern(keywords, path, field.key);
            rule.patterns.push_back({row, node(keywords.subschema_at(path, field.value))});
        }
    }
}

void Compiler::add_required(const Keywords& keywords, ObjectRule& rule) const
{
    const auto required = keywords.find("required");
    if (!required) {
        return;
    }
    constexpr unsigned kBits = 64;
    unsigned bit = 0;
    for (const std::string_view name : keywords.strings("/required", *required)) {
        const Row key = rule.keys.add(name);
        if (key == rule.properties.size()) {
            rule.properties.push_back({Key{name}});
            rule.properties.back().node = rule.additional == kNone ? kTrue : rule.additional;
        }
        Property& property = rule.properties[key];
        if (property.is_required) {
            continue;
        }
        property.is_required = true;
        if (bit < kBits) {
            property.required_bit = std::uint64_t{1} << bit++;
            rule.required_bits |= property.required_bit;
        } else {
            rule.more_required.push_back(name);
        }
    }
}

void Compiler::add_dependencies(const Keywords& keywords, std::string_view keyword,
                                ObjectRule& rule)
{
    const auto dependencies = keywords.object(keyword);
    if (!dependencies) {
        return;
    }
    for (auto field : *dependencies) {
        std::string path;
        append_token(path, keyword);
        append_token(path, field.key);
        Dependency dependency;
        dependency.trigger = field.key;
        dependency.keyword = keyword;
        const bool is_list =
            keyword == "dependentRequired" || (keyword == "dependencies" && field.value.is_array());
        if (is_list) {
            dependency.needed = keywords.strings(path, field.value);
        } else {
            dependency.node = node(keywords.subschema_at(path, field.value));
        }
        rule.dependencies.push_back(std::move(dependency));
    }
}

} // namespace tlm::schema
