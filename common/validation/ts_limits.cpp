// SPDX-License-Identifier: Apache-2.0
#include "common/validation/ts_limits.hpp"

#include "common/base/units.hpp"

namespace tlm::validation {

std::optional<Reject> judge_ts(const Record& record, const TsLimits& limits)
{
    if (record.ts_from_bridge) {
        return std::nullopt;
    }
    // Unsigned, because the difference of two int64 need not be one.
    const auto distance = [](EpochMs from, EpochMs to) {
        return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    };
    const auto beyond = [&](EpochMs from, EpochMs to, const std::optional<milliseconds>& limit) {
        return limit && from < to &&
               distance(from, to) > static_cast<std::uint64_t>(limit->count());
    };
    if (beyond(record.ts, record.received_at, limits.max_age)) {
        return Reject{Reason::ts_too_old, "/ts",
                      "ts " + format_rfc3339(record.ts) + " is more than " +
                          format_duration(*limits.max_age) + " old"};
    }
    if (beyond(record.received_at, record.ts, limits.max_ahead)) {
        return Reject{Reason::ts_in_future, "/ts",
                      "ts " + format_rfc3339(record.ts) + " is more than " +
                          format_duration(*limits.max_ahead) + " ahead"};
    }
    return std::nullopt;
}

} // namespace tlm::validation
