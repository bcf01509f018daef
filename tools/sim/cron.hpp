// SPDX-License-Identifier: Apache-2.0
// Moments by the calendar, as crontab(5) writes them.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace tlm::sim {

/// Five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday), in
/// UTC. A field is `*`, a number, a range, a list of these, each with a step: `*/5`, `1-5`, `0,30`.
/// As in cron, a day fits when either of the two day fields does, unless one of them begins with
/// `*`.
class Cron {
  public:
    /// Gives the line, or what is wrong with it: a field, their number, or that it fits no day.
    [[nodiscard]] static std::variant<Cron, std::string> parse(std::string_view text);

    /// The first fitting minute after `time`.
    [[nodiscard]] EpochMs next(EpochMs time) const;

  private:
    [[nodiscard]] bool fits_day(std::int64_t days) const;

    std::uint64_t m_minutes = 0; ///< a bit for each that fits
    std::uint32_t m_hours = 0;
    std::uint32_t m_days = 0;
    std::uint32_t m_months = 0;
    std::uint32_t m_weekdays = 0;
    bool m_any_day = false; ///< a day field begins with `*`: both must fit
};

} // namespace tlm::sim
