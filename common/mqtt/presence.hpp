// SPDX-License-Identifier: Apache-2.0
// Connections that stand for somebody who is there while they are open.
#pragma once

#include "common/mqtt/codec.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::mqtt {

/// A will that owns its text.
struct Testament {
    std::string topic;
    std::string payload;
    Qos qos = Qos::at_most_once;
    bool retain = false;
};

/// What a connection shows of its node. Messages of a node belong to the connection that they were
/// made for: they go out at QoS 0, and what is not written when it breaks is forgotten.
struct Presence {
    Testament will;       ///< also published before a goodbye
    std::string commands; ///< what the node hears: the topic that is subscribed to first
};

/// Those whom connections stand for. Called by the publisher while it serves or flushes; none of
/// these may call it.
class Nodes {
  public:
    Nodes() = default;
    Nodes(const Nodes&) = delete;
    Nodes& operator=(const Nodes&) = delete;
    virtual ~Nodes() = default;

    /// Asked once for each CONNECT; nothing: this connection stands for nobody, now and later.
    [[nodiscard]] virtual std::optional<Presence> connecting(std::uint32_t connection) = 0;

    /// The broker has accepted it: what is published from now on goes out behind the subscription.
    virtual void connected(std::uint32_t connection) = 0;

    /// Somebody told the node something.
    virtual void commanded(std::uint32_t connection, std::string_view payload) = 0;
};

} // namespace tlm::mqtt
