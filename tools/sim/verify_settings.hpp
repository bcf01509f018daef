// SPDX-License-Identifier: Apache-2.0
// What tlm-sim verify needs to know, all of it checked.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"
#include "common/pgwire/identifier.hpp"
#include "tools/sim/ws_client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlm::sim {

struct VerifySettings {
    std::vector<std::string> ledgers;
    std::optional<kafka::Properties> kafka; ///< none: nothing to look at in Kafka
    std::string topic;
    std::string dlq_topic;              ///< empty: do not look there
    std::optional<std::string> records; ///< a file of records, or `-`
    std::optional<std::string> conninfo;
    pg::TableName table;
    std::optional<WsUrl> page;
    bool follow = false;
    bool duplicates_allowed = true;
    bool json = false;
    milliseconds timeout{0}; ///< how long to wait for what is not there yet
    milliseconds connect_timeout{0};
    std::optional<std::string> latency; ///< a file
};

} // namespace tlm::sim
