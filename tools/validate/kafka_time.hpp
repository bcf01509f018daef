// SPDX-License-Identifier: Apache-2.0
// The timestamp that Kafka may be given for a record out of a file.
#pragma once

#include "common/base/time.hpp"
#include "common/record/header.hpp"
#include "common/record/record.hpp"

#include <vector>

namespace tlm::validate {

/// `ts` of the record while it is at most a day old and five minutes ahead of `now`; else
/// `receivedAt` on the same terms, else `now`, and a header says so: Kafka refuses batches that are
/// ahead and deletes records that are old. See tlm-record(5), KAFKA.
[[nodiscard]] EpochMs kafka_time(const Record& record, EpochMs now, std::vector<Header>& headers);

} // namespace tlm::validate
