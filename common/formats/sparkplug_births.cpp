// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug_births.hpp"

#include <algorithm>

namespace tlm::formats {

void BirthTable::add(KnownMetric metric)
{
    const auto index = static_cast<std::uint32_t>(m_metrics.size());
    m_names.push_back(index);
    if (metric.alias) {
        m_aliases.emplace_back(*metric.alias, index);
    }
    m_metrics.push_back(std::move(metric));
}

bool BirthTable::finish()
{
    std::sort(m_names.begin(), m_names.end(), [this](std::uint32_t a, std::uint32_t b) {
        return m_metrics[a].name < m_metrics[b].name;
    });
    std::sort(m_aliases.begin(), m_aliases.end());
    const auto same_name = [this](std::uint32_t a, std::uint32_t b) {
        return m_metrics[a].name == m_metrics[b].name;
    };
    const auto same_alias = [](const auto& a, const auto& b) { return a.first == b.first; };
    return std::adjacent_find(m_names.begin(), m_names.end(), same_name) == m_names.end() &&
           std::adjacent_find(m_aliases.begin(), m_aliases.end(), same_alias) == m_aliases.end();
}

const KnownMetric* BirthTable::by_alias(std::uint64_t alias) const noexcept
{
    const auto found =
        std::lower_bound(m_aliases.begin(), m_aliases.end(), alias,
                         [](const auto& entry, std::uint64_t a) { return entry.first < a; });
    return found == m_aliases.end() || found->first != alias ? nullptr : &m_metrics[found->second];
}

const KnownMetric* BirthTable::by_name(std::string_view name) const noexcept
{
    const auto found = std::lower_bound(
        m_names.begin(), m_names.end(), name,
        [this](std::uint32_t index, std::string_view n) { return m_metrics[index].name < n; });
    return found == m_names.end() || m_metrics[*found].name != name ? nullptr : &m_metrics[*found];
}

EdgeNode* EdgeNodes::find_or_add(std::string_view group, std::string_view edge)
{
    m_key.clear();
    m_key.append(group).append("/").append(edge);
    const auto found = m_nodes.find(std::string_view{m_key});
    if (found != m_nodes.end()) {
        return &found->second;
    }
    if (m_nodes.size() >= m_max_edge_nodes) {
        return nullptr;
    }
    auto& node = m_nodes[m_key];
    node.group = group;
    node.edge = edge;
    return &node;
}

bool EdgeNodes::set_table(EdgeNode& node, std::string_view device, BirthTable table)
{
    const auto old = node.tables.find(device);
    const auto rest = m_weight - (old == node.tables.end() ? 0 : old->second.weight());
    if (rest + table.weight() > m_max_metrics) {
        return false;
    }
    m_weight = rest + table.weight();
    if (old != node.tables.end()) {
        old->second = std::move(table);
    } else {
        node.tables.emplace(device, std::move(table));
    }
    return true;
}

void EdgeNodes::drop_table(EdgeNode& node, std::string_view device)
{
    const auto found = node.tables.find(device);
    if (found != node.tables.end()) {
        m_weight -= found->second.weight();
        node.tables.erase(found);
    }
}

void EdgeNodes::drop_tables(EdgeNode& node)
{
    for (const auto& [device, table] : node.tables) {
        m_weight -= table.weight();
    }
    node.tables.clear();
}

void EdgeNodes::doubt_all()
{
    for (auto& [key, node] : m_nodes) {
        node.certain = false;
    }
}

void EdgeNodes::changed(EdgeNode& node, Unsaved what)
{
    if (node.unsaved == Unsaved::nothing) {
        m_unsaved.push_back(&node);
    }
    node.unsaved = std::max(node.unsaved, what);
}

} // namespace tlm::formats
