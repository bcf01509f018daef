// SPDX-License-Identifier: Apache-2.0
// What to send to whom: pages of changes, built once for all clients in the same state.
#pragma once

#include "tools/ws/last_values.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::ws {

/// What one client has been sent: all there is to remember of it, whatever its speed.
struct Cursor {
    Version seen = 0;         ///< every change up to here was sent, as it was or superseded
    Version round_top = 0;    ///< what `seen` becomes at the end of the round
    Slot position = kNoSlot;  ///< where the round goes on; kNoSlot: not in a round
    std::uint64_t status = 0; ///< the number of the status that was sent last
};

/// One text message, shared by all clients that need just this one. `bytes` begins with the
/// headroom that the hub was made with.
struct Frame {
    std::string bytes;
    std::size_t devices = 0;
    Cursor after; ///< the state of a client that was sent it (but for `status`)
};

using FramePtr = std::shared_ptr<Frame>; ///< not const: a WebSocket header goes into its headroom

struct HubCounters {
    std::uint64_t frames_built = 0;
    std::uint64_t frames_sent = 0; ///< handed out; built : sent is how much sharing saves
    std::uint64_t devices_sent = 0;
};

/// Brings clients up to date with a LastValues. There is no queue: a client that reads slowly is
/// given fewer, newer values. A client's state is a Cursor; a new client's is Cursor{}.
///
/// Few changes go out in the order in which they happened, as one page. More than a page go out in
/// rounds over all devices: every device is visited once a round, so that a slow client starves of
/// none, whatever the order in which devices report. Pages of one tick are kept and shared.
///
/// Bounded: a page is at most kMaxFrame bytes, kMaxKeptFrames pages are kept. Pure; one thread.
class Hub {
  public:
    /// Of the text of a frame, and so of the stored values: one of those always fits.
    static constexpr std::size_t kMaxFrame = 64 * 1024;
    static constexpr std::size_t kMaxValueBytes = 32 * 1024;
    static constexpr std::size_t kMaxKeptFrames = 128;

    /// `headroom` bytes are left free at the start of each frame. The store must outlive this.
    Hub(const LastValues& values, std::size_t headroom);

    /// Begins a tick: what changed until now is to be sent. False when there is nothing new.
    bool publish();

    /// True when something was published, or a status set, that this client was not sent.
    [[nodiscard]] bool behind(const Cursor& cursor) const noexcept;

    /// The next message for this client, and its cursor moved on; null when it is up to date.
    [[nodiscard]] FramePtr next(Cursor& cursor);

    /// A message about the server itself, for every client, ahead of devices; replaces the last
    /// one. `members` are JSON members without braces.
    void set_status(std::string_view members);

    [[nodiscard]] const HubCounters& counters() const noexcept { return m_counters; }

  private:
    using Key = std::pair<Version, Slot>; ///< seen and position decide what a page holds

    [[nodiscard]] FramePtr build(const Cursor& cursor);
    [[nodiscard]] bool append_recent(Frame& frame, Version since);
    void append_round(Frame& frame, const Cursor& cursor);
    [[nodiscard]] bool append_device(Frame& frame, Slot slot) const;
    [[nodiscard]] std::string begin_text(std::string_view type) const;

    const LastValues& m_values;
    std::size_t m_headroom;
    Version m_published = 0;
    std::uint64_t m_status_number = 0;
    FramePtr m_status;
    std::map<Key, FramePtr> m_kept; ///< of this tick
    std::vector<Slot> m_recent;     ///< scratch
    HubCounters m_counters;
};

} // namespace tlm::ws
