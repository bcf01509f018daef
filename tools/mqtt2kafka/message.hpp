// SPDX-License-Identifier: Apache-2.0
// One MQTT message as the bridge sees it.
#pragma once

#include <string_view>

namespace tlm::mqtt2kafka {

/// Views: whoever hands out a Message says how long they live.
struct Message {
    std::string_view topic;
    std::string_view payload;
    int qos = 1;         ///< as it arrived: the lower of publisher's and subscription's
    bool retain = false; ///< the broker's retained message of this topic, not a fresh one
    bool dup = false;    ///< the broker has sent it before
};

} // namespace tlm::mqtt2kafka
