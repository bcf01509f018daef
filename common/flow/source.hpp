// SPDX-License-Identifier: Apache-2.0
// Where a pipeline reads from: Kafka, a file, stdin, or a test.
#pragma once

#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tlm {

/// Where an item stood: topic or file name, partition (0 for files), offset or line number.
struct Position {
    std::string_view origin;
    std::int32_t partition = 0;
    std::int64_t offset = 0;
};

/// One item read. Its views are valid until the next poll() of its source.
struct Input {
    std::string_view value; ///< one record: a Kafka value or a line without its line break
    std::string_view key;   ///< Kafka's key, empty for files
    EpochMs timestamp = 0;  ///< Kafka's timestamp, 0 for files
    Position position;
    bool too_long = false; ///< `value` is only the start of a line beyond the limit
};

enum class SourceState {
    open,     ///< more may come
    finished, ///< the input has ended; nothing more will come
};

/// A stream of items that can be acknowledged. Used by one thread.
class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    /// Replaces `batch` by up to `max` items. Returns at once with what is there; waits for up to
    /// `wait` when there is nothing, or less. Throws Error when the source fails for good.
    virtual SourceState poll(std::vector<Input>& batch, std::size_t max, milliseconds wait) = 0;

    /// Everything before `next_offset` in `partition` is done for good (delivered or in the dead
    /// letter queue). Advisory: a source without memory of its own ignores it.
    virtual void commit(std::int32_t partition, std::int64_t next_offset) = 0;

    /// A descriptor that is readable when poll() has something, or -1 when there is none to wait
    /// on.
    [[nodiscard]] virtual int wake_fd() const = 0;

    /// Ends reading and writes what commit() left pending. Throws when that fails; the destructor
    /// only cleans up.
    virtual void close() = 0;
};

} // namespace tlm
