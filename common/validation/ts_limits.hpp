// SPDX-License-Identifier: Apache-2.0
// How far a device's time may be from ours.
#pragma once

#include "common/record/record.hpp"

#include <optional>

namespace tlm::validation {

/// No limit means any `ts` will do.
struct TsLimits {
    std::optional<milliseconds> max_age{};   ///< `ts` before `receivedAt`, at most
    std::optional<milliseconds> max_ahead{}; ///< `ts` after `receivedAt`, at most
};

/// Why the record's `ts` is not believable, if so: ts_too_old or ts_in_future, at `/ts`. A record
/// whose device sent no `ts` is always good.
[[nodiscard]] std::optional<Reject> judge_ts(const Record& record, const TsLimits& limits);

} // namespace tlm::validation
