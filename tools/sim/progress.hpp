// SPDX-License-Identifier: Apache-2.0
// A line on the terminal that says how far a run is.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <string>

namespace tlm::sim {

/// Redraws one line of stderr once a second; silent unless that is a terminal and --quiet is not
/// given. Used by one thread.
class Progress {
  public:
    explicit Progress(Monotonic start);

    [[nodiscard]] bool shown() const noexcept { return m_shown; }

    /// When the line is due again.
    [[nodiscard]] Monotonic next() const noexcept { return m_next; }

    /// `status` is added where there is one.
    void show(Monotonic now, std::uint64_t sent, std::uint64_t unconfirmed,
              const std::string& status);

    /// Only `status`: nothing is sent yet.
    void show(Monotonic now, const std::string& status);

    /// Takes the line away, for the log.
    void clear() const;

  private:
    bool m_shown;
    Monotonic m_last;
    Monotonic m_next;
    std::uint64_t m_sent = 0;
};

} // namespace tlm::sim
