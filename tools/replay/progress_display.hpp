// SPDX-License-Identifier: Apache-2.0
// Progress on stderr.
#pragma once

#include "tools/replay/progress.hpp"
#include "tools/replay/settings.hpp"

#include <functional>

namespace tlm::replay {

/// Shows progress as often as is worth reading: a bar that is redrawn on a terminal, or lines of
/// JSON.
class ProgressDisplay {
  public:
    /// ShowProgress::automatic is nothing with --quiet; the bar where stderr is a terminal and
    /// `lines_elsewhere` says that no records go to one; where stderr is none a line of JSON every
    /// ten seconds, so that a short run says nothing.
    ProgressDisplay(ShowProgress show, bool lines_elsewhere);

    [[nodiscard]] bool shown() const noexcept { return m_show != ShowProgress::none; }

    /// `state` is asked only when it is time.
    void turn(Monotonic now, const std::function<Progress()>& state);

    /// The last word; a bar is taken away.
    void finish(const std::function<Progress()>& state);

  private:
    void write(const Progress& progress);

    bool m_asked_for; ///< not what ShowProgress::automatic chose
    ShowProgress m_show;
    milliseconds m_interval;
    bool m_said = false;
    Monotonic m_start;
    Monotonic m_next;
};

} // namespace tlm::replay
