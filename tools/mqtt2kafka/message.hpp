// SPDX-License-Identifier: Apache-2.0
// One MQTT message as the bridge sees it.
#pragma once

#include "common/record/header.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace tlm::mqtt2kafka {

struct PlainPayload;

/// Views: whoever hands out a Message says how long they live.
struct Message {
    std::string_view topic;
    std::string_view payload;
    int qos = 1;         ///< as it arrived: the lower of publisher's and subscription's
    bool retain = false; ///< the broker's retained message of this topic, not a fresh one
    bool dup = false;    ///< the broker has sent it before
    std::span<const Header> properties{}; ///< MQTT 5: `content-type`, `user-NAME` and so on
    std::size_t properties_cut = 0;       ///< how many more there were
    const PlainPayload* plain = nullptr;  ///< what the payload was decoded to, where it is
};

} // namespace tlm::mqtt2kafka
