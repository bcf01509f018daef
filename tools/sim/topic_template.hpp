// SPDX-License-Identifier: Apache-2.0
// The topic that a device publishes to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// `devices/{deviceId}/telemetry` with the device's id put in.
class TopicTemplate {
  public:
    /// Throws a usage Error unless the text has a place for the device and no device id can make
    /// it a topic that MQTT forbids to publish to (OASIS MQTT 5.0, section 4.7).
    explicit TopicTemplate(std::string_view text);

    /// The topic, valid until the next call.
    [[nodiscard]] std::string_view topic(std::string_view device_id);

  private:
    std::vector<std::string> m_pieces; ///< what stands before, between and after the ids
    std::string m_topic;
};

} // namespace tlm::sim
