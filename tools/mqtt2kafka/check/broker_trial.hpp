// SPDX-License-Identifier: Apache-2.0
// Tries out a live MQTT broker.
#pragma once

#include "common/mqtt/subscriber.hpp"
#include "tools/mqtt2kafka/check/facts.hpp"

#include <optional>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::mqtt2kafka::check {

/// Finds out what the broker of `bridge.url` does with a session such as the bridge's, by one of
/// its own: other client ids, the topic tlm/check/RANDOM, the bridge's user and certificate. Leaves
/// nothing behind. Touches no session that it has not made: where the broker makes the user's name
/// the client id, it stops. Takes a few seconds, with a broker that does not answer up to a minute.
/// What could not be tried is in the facts. `conf` is the broker's configuration, where it is
/// known; it becomes one of the facts.
[[nodiscard]] BrokerFacts try_broker(const mqtt::SubscriberOptions& bridge,
                                     std::optional<MosquittoConf> conf, ops::Shutdown& shutdown);

} // namespace tlm::mqtt2kafka::check
