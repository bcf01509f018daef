// SPDX-License-Identifier: Apache-2.0
#include "tools/validate/kafka_time.hpp"

#include <chrono>

namespace tlm::validate {

EpochMs kafka_time(const Record& record, EpochMs now, std::vector<Header>& headers)
{
    constexpr EpochMs kMaxAge = milliseconds{std::chrono::hours{24}}.count();
    constexpr EpochMs kMaxAhead = milliseconds{std::chrono::minutes{5}}.count();
    const auto believable = [now](EpochMs time) {
        return time >= now - kMaxAge && time <= now + kMaxAhead;
    };
    if (believable(record.ts)) {
        return record.ts;
    }
    headers.push_back({"tlm-ts-replaced", record.ts < now ? "too-old" : "too-far-ahead"});
    return believable(record.received_at) ? record.received_at : now;
}

} // namespace tlm::validate
