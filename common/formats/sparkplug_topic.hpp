// SPDX-License-Identifier: Apache-2.0
// What a Sparkplug topic says: who speaks, and what kind of message it is.
#pragma once

#include "common/record/reject.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::formats {

enum class SparkplugType : std::uint8_t {
    nbirth, ///< an edge node is there; names, types and values of its metrics
    ndata,  ///< values of an edge node
    ndeath, ///< an edge node is gone (its will, sent by the broker)
    dbirth, ///< the same three of a device behind an edge node
    ddata,
    ddeath,
    ncmd, ///< commands to an edge node or device
    dcmd,
    state, ///< a host application is there or gone; its payload is JSON
};

/// As in the topic: `NBIRTH`, `STATE`, …
[[nodiscard]] std::string_view sparkplug_type_name(SparkplugType type) noexcept;

/// `spBv1.0/GROUP/TYPE/EDGE` or `spBv1.0/GROUP/TYPE/EDGE/DEVICE`, or `spBv1.0/STATE/HOST`.
struct SparkplugTopic {
    SparkplugType type = SparkplugType::state;
    std::string_view group;  ///< `STATE` when the type is state
    std::string_view edge;   ///< the host application's id when the type is state
    std::string_view device; ///< empty for the edge node itself

    /// True for the types that speak of the device in the topic.
    [[nodiscard]] bool of_device() const noexcept { return !device.empty(); }
};

/// Views into `topic`. Rejects with bad_topic. Source: Sparkplug 3.0.0, section 4.1.
[[nodiscard]] Verdict<SparkplugTopic> parse_sparkplug_topic(std::string_view topic);

/// Appends the device id: GROUP::EDGE or GROUP::EDGE::DEVICE, each part with `:HH` (hexadecimal)
/// for every byte outside [A-Za-z0-9._-], so that different topics never share an id. The caller
/// judges its length with is_device_id().
void append_sparkplug_device_id(std::string& out, const SparkplugTopic& topic);

} // namespace tlm::formats
