// SPDX-License-Identifier: Apache-2.0
// The offsets to read, with the brokers' help.
#pragma once

#include "common/kafka/topic_query.hpp"
#include "tools/replay/offset_plan.hpp"
#include "tools/replay/settings.hpp"

#include <optional>
#include <vector>

namespace tlm::replay {

/// Asks the brokers what the topic holds now and plans the settings' ranges. Empty when `stop_fd`
/// became readable first. Throws Error transient when they do not answer in time.
[[nodiscard]] std::optional<std::vector<PartitionPlan>>
make_plan(kafka::TopicQuery& query, const Settings& settings, int stop_fd);

} // namespace tlm::replay
