// SPDX-License-Identifier: Apache-2.0
// Where a replay reads from: a topic, a file, or a test.
#pragma once

#include "common/base/time.hpp"
#include "common/record/message.hpp"
#include "tools/replay/gone.hpp"

#include <cstdint>

namespace tlm::replay {

/// Where a message stood in its source, rising within a lane: partition and offset of a topic,
/// number and line of a file. A record out of a file names another place: where it stood in Kafka.
struct Place {
    std::int32_t lane = 0;
    std::int64_t at = 0;
};

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

    /// Of the message given last.
    [[nodiscard]] virtual Place place() const = 0;

    /// Places passed, and of how many; 0: not known.
    [[nodiscard]] virtual std::int64_t passed() const = 0;
    [[nodiscard]] virtual std::int64_t total() const = 0;

    /// What was to be read and was found missing.
    [[nodiscard]] virtual Gone gone() const { return {}; }

    /// Readable when next() may have something; -1: nothing to wait on, call again.
    [[nodiscard]] virtual int wake_fd() const = 0;

    /// Called every half second or so, whatever else is done: the place for looking around.
    virtual void turn(Monotonic /*now*/) {}

    /// Called while waiting: throws Error transient when there is no hope left.
    virtual void check(Monotonic now) = 0;
};

} // namespace tlm::replay
