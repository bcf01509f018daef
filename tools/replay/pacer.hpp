// SPDX-License-Identifier: Apache-2.0
// When each record of a replay is due. Pure.
#pragma once

#include "common/base/time.hpp"

#include <optional>

namespace tlm::replay {

/// How fast; with nothing set, as fast as it goes.
struct Pace {
    std::optional<double> speed{};         ///< times faster than the records' timestamps say
    std::optional<double> rate{};          ///< records a second at most
    std::optional<milliseconds> max_gap{}; ///< longer pauses between timestamps are cut to this

    [[nodiscard]] bool any() const noexcept { return speed || rate; }
};

/// Spreads records over time. With a speed the n-th record is due as long after the first one as
/// the timestamps say, so a slow output is caught up with; with a rate it is never due sooner after
/// the one before than the rate allows, and nothing is caught up. Where timestamps run backwards
/// the record is due at once.
class Pacer {
  public:
    explicit Pacer(const Pace& pace) : m_pace(pace) {}

    /// Once for each record, in order; negative times say nothing. The first record is due `now`.
    [[nodiscard]] Monotonic due(EpochMs time, Monotonic now);

  private:
    Pace m_pace;
    std::optional<Monotonic> m_due; ///< of the record before
    std::optional<EpochMs> m_newest;
    Monotonic m_schedule{};
};

} // namespace tlm::replay
