// SPDX-License-Identifier: Apache-2.0
// The loop of a replay: a source, filter and pace, an outlet.
#pragma once

#include "common/ops/signals.hpp"
#include "tools/replay/message_filter.hpp"
#include "tools/replay/message_source.hpp"
#include "tools/replay/outlet.hpp"
#include "tools/replay/pacer.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace tlm::replay {

/// Moves records until the source has ended, `count` are written, the outlet's reader has gone or a
/// stop is requested. Used by one thread.
class Replay {
  public:
    Replay(MessageSource& source, MessageFilter& filter, Outlet& outlet, const Pace& pace,
           std::optional<std::uint64_t> count);

    /// Throws Error. The outlet is not closed.
    void run(const ops::Shutdown& shutdown);

    /// Called now and then.
    std::function<void(Monotonic now)> on_turn{};

    /// Records given to the outlet.
    [[nodiscard]] std::uint64_t written() const noexcept { return m_written; }

    /// Of the record given last; negative: none.
    [[nodiscard]] EpochMs time() const noexcept { return m_time; }

    [[nodiscard]] bool ended() const noexcept { return m_ended; } ///< all there was to do is done

  private:
    [[nodiscard]] bool step(const ops::Shutdown& shutdown);
    [[nodiscard]] bool is_due(Monotonic now);
    void turn();
    void wait(milliseconds most, int fd, const ops::Shutdown& shutdown);

    MessageSource& m_source;
    MessageFilter& m_filter;
    Outlet& m_outlet;
    std::optional<Pacer> m_pacer;
    std::optional<std::uint64_t> m_count;
    Message m_message;
    std::optional<Monotonic> m_due; ///< of m_message, which waits to be written
    std::uint64_t m_written = 0;
    std::uint64_t m_steps = 0;
    EpochMs m_time = -1;
    bool m_pending = false; ///< m_message waits to be written
    bool m_ended = false;
};

} // namespace tlm::replay
