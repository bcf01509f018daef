// SPDX-License-Identifier: Apache-2.0
// Where a replay writes to: standard output, a topic, or a test.
#pragma once

#include "common/base/time.hpp"
#include "common/record/message.hpp"
#include "tools/replay/message_source.hpp"

namespace tlm::replay {

/// Takes whole records. Used by one thread.
class Outlet {
  public:
    Outlet() = default;
    Outlet(const Outlet&) = delete;
    Outlet& operator=(const Outlet&) = delete;
    virtual ~Outlet() = default;

    /// Takes a copy of the message, or returns false when there is no room: serve() and try again.
    /// Throws Error when it has failed for good.
    [[nodiscard]] virtual bool write(const Message& message, Place place) = 0;

    /// Pushes out what is buffered, when nothing is there to be written, and hears what became of
    /// it. Waits for up to `wait` for room.
    virtual void serve(milliseconds wait) = 0;

    /// Nobody takes it any more: stop, and all is well.
    [[nodiscard]] virtual bool reader_gone() const { return false; }

    /// Sees everything through. Throws Error when it is not safe.
    virtual void close() = 0;
};

} // namespace tlm::replay
