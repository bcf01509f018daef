// SPDX-License-Identifier: Apache-2.0
// How many bytes a record is for Kafka. Pure.
#pragma once

#include "common/record/message.hpp"

#include <cstdint>

namespace tlm::replay {

/// Bytes of a batch of format 2 (Kafka's protocol, "Record Batch") that holds this record alone,
/// uncompressed: what a topic's max.message.bytes is compared with.
[[nodiscard]] std::uint64_t lone_batch_size(const Message& message) noexcept;

} // namespace tlm::replay
