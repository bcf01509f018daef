// SPDX-License-Identifier: Apache-2.0
// One MQTT broker, and what is remembered of it between connections.
#pragma once

#include "common/mqtt/probe.hpp"
#include "common/mqtt/subscriber.hpp"
#include "common/mqtt/url.hpp"
#include "tools/mqtt2kafka/drop_watch.hpp"
#include "tools/mqtt2kafka/hang_ups.hpp"
#include "tools/mqtt2kafka/head_age.hpp"

#include <string>

namespace tlm::mqtt2kafka {

/// Used by one thread.
struct Broker {
    Broker(const mqtt::SubscriberOptions& options, mqtt::Receiver& receiver)
        : name(mqtt::format_url(options.url)), subscriber(options, receiver), probe(options.url)
    {}

    std::string name; ///< its URL
    mqtt::Subscriber subscriber;
    mqtt::Probe probe; ///< asked before each connection
    HangUps hang_ups;
    HeadAge head;
    DropWatch drops;
    bool had_session = false; ///< it should know us
};

} // namespace tlm::mqtt2kafka
