// SPDX-License-Identifier: Apache-2.0
// A Kafka record whole, and as a line of JSON from which it can be written again.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlm {

/// Whose clock stamped a Kafka record.
enum class TimestampType {
    none,
    create, ///< the producer's
    append, ///< the broker's, when it was written
};

/// A header of a Message. Null and empty are two different values.
struct MessageHeader {
    std::string_view name;
    std::optional<std::string_view> value;

    bool operator==(const MessageHeader&) const = default;
};

/// A Kafka record and where it stood; everything is bytes, nothing is owned. Null (a tombstone, no
/// key) and empty are two different things. Beside it stands Record, what a device said.
struct Message {
    std::string_view topic{};
    std::int32_t partition = -1; ///< negative: not known
    std::int64_t offset = -1;    ///< negative: not known
    EpochMs timestamp = -1;      ///< negative: none
    TimestampType timestamp_type = TimestampType::none;
    std::optional<std::string_view> key{};
    std::optional<std::string_view> value{};
    std::span<const MessageHeader> headers{}; ///< in order, names may repeat
};

/// Appends the message as one line of JSON without its newline, see tlm-record(5), KAFKA RECORDS.
/// MessageReader gives back the same bytes, whatever they are.
void append_message(std::string& out, const Message& message);

} // namespace tlm
