// SPDX-License-Identifier: Apache-2.0
// One question about the settings of a topic; private to this library.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/handles.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace tlm::kafka {

/// What the brokers answer.
struct TopicSettings {
    rd_kafka_resp_err_t refusal = RD_KAFKA_RESP_ERR_NO_ERROR; ///< why they tell nothing, if so
    /// In effect: of the topic, else of the brokers, else the default. No secrets.
    std::map<std::string, std::string, std::less<>> values;
};

/// Empty when no answer came in time.
[[nodiscard]] std::optional<TopicSettings>
ask_settings(rd_kafka_t* client, const std::string& topic, milliseconds wait);

} // namespace tlm::kafka
