// SPDX-License-Identifier: Apache-2.0
// The Sparkplug edge nodes of a run, as their connections show them.
#pragma once

#include "common/mqtt/presence.hpp"
#include "tools/sim/connections.hpp"
#include "tools/sim/outlet.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// Connection i is that of device i of the roster. The will of an edge node is its NDEATH, with a
/// bdSeq that counts its CONNECT packets; what it hears is NCMD. Source: Sparkplug 3.0.0, sections
/// 5.4, 5.11 and 6.4.27.
class EdgeNodes final : public mqtt::Nodes {
  public:
    explicit EdgeNodes(Roster roster);

    [[nodiscard]] std::optional<mqtt::Presence> connecting(std::uint32_t connection) override;
    void connected(std::uint32_t connection) override;

    /// `Node Control/Rebirth` calls for a birth; anything else is ignored.
    void commanded(std::uint32_t connection, std::string_view payload) override;

    /// Takes one off those that are to be born; each is there once.
    [[nodiscard]] std::optional<Newcomer> next_newcomer();

  private:
    struct Node {
        std::uint8_t bd_seq = 0xFF; ///< of the last CONNECT; the first has 0
        bool waits = false;         ///< in m_newcomers
    };

    Roster m_roster;
    std::vector<Node> m_nodes; ///< by connection; none where nobody is an edge node
    std::deque<std::uint32_t> m_newcomers;
};

} // namespace tlm::sim
