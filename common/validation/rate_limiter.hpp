// SPDX-License-Identifier: Apache-2.0
// How many messages a device may send.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlm::validation {

/// So many messages in the long run, and so many at once.
struct Rate {
    double per_second = 0;
    std::uint32_t burst = 1;
};

/// `10/s`, `10/s,burst=50`, `0.5/m`, `1000/h`, `5/d`: from one a day to a million a second, a burst
/// from 1 to a million. Without `burst` it is one second's worth, at least 1. Empty when the text
/// is none.
[[nodiscard]] std::optional<Rate> parse_rate(std::string_view text);

/// The state of one token bucket: when it will be full again (GCRA's theoretical arrival time,
/// ITU-T I.371), 8 bytes. T{} is a full bucket.
struct Bucket {
    std::int64_t full_at_us = 0;
};

/// A token bucket for each device, all of one rate. Pure.
class RateLimiter {
  public:
    explicit RateLimiter(Rate rate);

    /// Takes a token; false when there is none. `now` is wall time (`receivedAt`). A clock that
    /// was set back fills the bucket: nobody is shut out by a jump.
    [[nodiscard]] bool allow(Bucket& bucket, EpochMs now) const noexcept;

    /// Puts back a token that allow() took.
    void give_back(Bucket& bucket) const noexcept { bucket.full_at_us -= m_interval_us; }

  private:
    std::int64_t m_interval_us; ///< a token
    std::int64_t m_capacity_us; ///< all tokens of a full bucket
};

} // namespace tlm::validation
