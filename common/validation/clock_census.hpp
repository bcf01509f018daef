// SPDX-License-Identifier: Apache-2.0
// How many devices have a clock that is off, by how much, and which are the worst.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::validation {

/// How far a device's clock is off, see Skew: at least so much behind ours or ahead of it.
enum class ClockError { ahead_1h, ahead_1m, ahead_5s, near, behind_5s, behind_1m, behind_1h };

inline constexpr std::size_t kClockErrorCount = static_cast<std::size_t>(ClockError::behind_1h) + 1;

/// A short name, as metrics say it.
[[nodiscard]] const char* clock_error_name(ClockError error) noexcept;

[[nodiscard]] ClockError clock_error(milliseconds skew) noexcept;

/// Counts devices by their ClockError and remembers the few that are worst. Bounded, whatever
/// devices there are. Pure.
class ClockCensus {
  public:
    static constexpr std::size_t kWorst = 5;

    struct Entry {
        std::string device_id;
        milliseconds skew;
    };

    /// The skew of this device was `before`, or not known, and is `now`.
    void observe(std::string_view device_id, std::optional<milliseconds> before, milliseconds now);

    /// A device with this skew is remembered no more.
    void leave(milliseconds skew);

    [[nodiscard]] std::uint64_t devices(ClockError error) const noexcept
    {
        return m_devices[static_cast<std::size_t>(error)];
    }

    /// The worst first; none that is near. One that got better makes room for the next that is
    /// heard of.
    [[nodiscard]] std::vector<Entry> worst() const;

  private:
    std::array<std::uint64_t, kClockErrorCount> m_devices{};
    std::vector<Entry> m_worst; ///< up to kWorst, in no order
};

} // namespace tlm::validation
