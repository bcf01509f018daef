// SPDX-License-Identifier: Apache-2.0
// When to ask for the lease, and for how long it may be trusted.
#pragma once

#include "common/base/time.hpp"

#include <cstddef>
#include <optional>

namespace tlm::mqtt2kafka {

struct LeaseCycleOptions {
    milliseconds time{10'000};         ///< how long the lease lasts after a heartbeat
    milliseconds look_interval{500};   ///< between two looks at who holds it
    milliseconds look_patience{5'000}; ///< for the answer
};

/// What the caller sees when it asks what to do.
struct LeaseSeen {
    Monotonic now{};
    std::optional<std::size_t> members; ///< who hold or want it, when that was answered
    bool given = false;                 ///< it is ours
    bool recalled = false;              ///< it is wanted back
    bool lapsed = false;                ///< for too long no heartbeat was answered
    Monotonic renewed{};                ///< when the last heartbeat was sent that was answered
};

enum class LeaseAction {
    wait,
    look,  ///< ask who holds or wants it
    join,  ///< nobody does: ask for it
    hold,  ///< it is ours
    yield, ///< it is ours, and wanted back: finish, then leave
    lose,  ///< it may be another's: nothing may be done any more, not even finished
};

/// The lease as a machine without clock or broker. Once it is lost there is no way back: what this
/// process remembers of the session is then another's past. Of the time that the lease lasts
/// without a heartbeat two thirds are trusted; the rest is for ending.
class LeaseCycle {
  public:
    explicit LeaseCycle(const LeaseCycleOptions& options) : m_options(options) {}

    [[nodiscard]] LeaseAction next(const LeaseSeen& seen);

  private:
    enum class State { watching, joining, held, lost };

    [[nodiscard]] LeaseAction watching(const LeaseSeen& seen);
    [[nodiscard]] LeaseAction held(const LeaseSeen& seen);

    LeaseCycleOptions m_options;
    State m_state = State::watching;
    bool m_looking = false;
    Monotonic m_next_look;
};

} // namespace tlm::mqtt2kafka
