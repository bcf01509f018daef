// SPDX-License-Identifier: Apache-2.0
// Where a replay reads from: a topic, a file, or a test.
#pragma once

#include "common/base/time.hpp"
#include "common/record/message.hpp"

namespace tlm::replay {

/// A stream of whole records. Used by one thread.
class MessageSource {
  public:
    enum class Next {
        message,
        waiting,  ///< nothing yet
        finished, ///< nothing will come any more
    };

    MessageSource() = default;
    MessageSource(const MessageSource&) = delete;
    MessageSource& operator=(const MessageSource&) = delete;
    virtual ~MessageSource() = default;

    /// Does not wait. The message is valid until the next call.
    [[nodiscard]] virtual Next next(Message& message) = 0;

    /// Readable when next() may have something; -1: nothing to wait on, call again.
    [[nodiscard]] virtual int wake_fd() const = 0;

    /// Called while waiting: throws Error transient when there is no hope left.
    virtual void check(Monotonic now) = 0;
};

} // namespace tlm::replay
