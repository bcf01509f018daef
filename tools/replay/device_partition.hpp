// SPDX-License-Identifier: Apache-2.0
// Finding the one partition that a device is in.
#pragma once

#include "common/ops/signals.hpp"
#include "tools/replay/offset_plan.hpp"
#include "tools/replay/settings.hpp"

#include <vector>

namespace tlm::replay {

/// Leaves of `plans` the partition that records with this key go to, when the keys that are sampled
/// at several places of every plan agree on a partitioner and the partition does have the key; else
/// all of them. Says in the log which. A few records are not worth the question. `partitions`: of
/// the whole topic.
void keep_partition_of(const std::string& key, std::vector<PartitionPlan>& plans,
                       std::int32_t partitions, const Settings& settings,
                       const ops::Shutdown& shutdown);

} // namespace tlm::replay
