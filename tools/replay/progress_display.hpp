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
    /// ShowProgress::automatic is the bar where stderr is a terminal, --quiet was not given, and
    /// `lines_elsewhere` says that no records go to a terminal; else nothing.
    ProgressDisplay(ShowProgress show, bool lines_elsewhere);

    [[nodiscard]] bool shown() const noexcept { return m_show != ShowProgress::none; }

    /// `state` is asked only when it is time.
    void turn(Monotonic now, const std::function<Progress()>& state);

    /// The last word; a bar is taken away.
    void finish(const std::function<Progress()>& state);

  private:
    void write(const Progress& progress) const;

    ShowProgress m_show;
    Monotonic m_start;
    Monotonic m_next;
};

} // namespace tlm::replay
