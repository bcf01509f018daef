// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/edge_nodes.hpp"

#include "common/formats/sparkplug_writer.hpp"

#include <string>
#include <utility>

namespace tlm::sim {

EdgeNodes::EdgeNodes(Roster roster) : m_roster(std::move(roster))
{
    m_nodes.resize(m_roster.is_edge_node ? m_roster.size() : 0);
}

std::optional<mqtt::Presence> EdgeNodes::connecting(std::uint32_t connection)
{
    const auto device = m_roster.device_at(connection);
    if (m_nodes.empty() || !m_roster.is_edge_node(device)) {
        return std::nullopt;
    }
    const auto bd_seq = ++m_nodes[connection].bd_seq;
    const auto name = m_roster.name(device);
    const auto group_ends = name.find("::");
    const auto edge = name.substr(group_ends + 2, name.find("::", group_ends + 2) - group_ends - 2);
    const auto topic = [&](const char* type) {
        return "spBv1.0/" + name.substr(0, group_ends) + type + edge;
    };
    std::string death;
    formats::append_sparkplug_death(death, bd_seq);
    return mqtt::Presence{{topic("/NDEATH/"), std::move(death), mqtt::Qos::at_least_once, false},
                          topic("/NCMD/")};
}

void EdgeNodes::connected(std::uint32_t connection)
{
    if (!std::exchange(m_nodes[connection].waits, true)) {
        m_newcomers.push_back(connection);
    }
}

void EdgeNodes::commanded(std::uint32_t connection, std::string_view payload)
{
    if (formats::is_sparkplug_rebirth(payload)) {
        connected(connection);
    }
}

std::optional<Newcomer> EdgeNodes::next_newcomer()
{
    if (m_newcomers.empty()) {
        return std::nullopt;
    }
    const auto connection = m_newcomers.front();
    m_newcomers.pop_front();
    auto& node = m_nodes[connection];
    node.waits = false;
    return Newcomer{m_roster.device_at(connection), node.bd_seq, 0};
}

} // namespace tlm::sim
