// SPDX-License-Identifier: Apache-2.0
// Where a pipeline writes to: Kafka, stdout, a file, or a test.
#pragma once

#include "common/base/time.hpp"
#include "common/record/header.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm {

/// One item to write. The sink copies what it keeps.
struct Output {
    std::string_view value;
    std::string_view key{};            ///< decides Kafka's partition; ignored by files
    EpochMs timestamp = 0;             ///< Kafka's timestamp; 0 = the moment of writing
    std::span<const Header> headers{}; ///< ignored by files
};

/// The caller's own number for an item, handed back with its delivery.
using Ticket = std::uint64_t;

/// What became of one item.
struct [[nodiscard]] Delivery {
    Ticket ticket = 0;
    bool delivered = false;      ///< false: not written; it must not be acknowledged
    std::string error;           ///< why not
    std::int32_t partition = -1; ///< where it is, in Kafka; -1: not told
    std::int64_t offset = -1;
};

/// A destination that confirms every item, later and in any order. Used by one thread.
class Sink {
  public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    virtual ~Sink() = default;

    /// Takes the item, or returns false when the sink is full: collect() and try again. Throws
    /// Error when the sink has failed for good.
    [[nodiscard]] virtual bool send(const Output& output, Ticket ticket) = 0;

    /// Appends the deliveries known since the last call; does not block.
    virtual void collect(std::vector<Delivery>& deliveries) = 0;

    /// Pushes out what is buffered and waits for up to `deadline` until every item sent has its
    /// delivery, which collect() then gives. True when nothing is outstanding any more.
    [[nodiscard]] virtual bool flush(milliseconds deadline) = 0;

    /// Ends the sink; throws when data that was sent is not safe. The destructor only cleans up.
    virtual void close() = 0;
};

} // namespace tlm
