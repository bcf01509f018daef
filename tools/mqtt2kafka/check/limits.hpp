// SPDX-License-Identifier: Apache-2.0
// Where `mqtt2kafka --check` draws its lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlm::mqtt2kafka::check {

/// An outage that must lose nothing: shorter limits of time are called loss-making. A night.
inline constexpr std::chrono::hours kShortestOutage{24};

/// Unacknowledged messages below which a bridge is slower than a few thousand devices: with 20 it
/// is 1,900 messages a second, at Kafka's usual 10 ms.
inline constexpr std::size_t kSmallWindow = 100;

inline constexpr std::string_view kWindowEffect =
    "The broker waits for acknowledgements after that many messages, a hundredth of a second "
    "each time: at 20 that is 1,900 messages a second. What comes faster queues, until the broker "
    "drops.";

/// A queue limited to fewer bytes holds less than a few minutes of a fleet.
inline constexpr std::uint64_t kSmallQueueBytes = 64UL * 1024 * 1024;

/// A partition limited to fewer bytes holds less than a day of a device or two dozen: of 40 records
/// of 300 bytes a second.
inline constexpr std::uint64_t kSmallPartition = 1024UL * 1024 * 1024;

/// A record in Kafka, for rough sums.
inline constexpr std::uint64_t kUsualRecord = 300;

/// A message in a broker's queue, for rough sums.
inline constexpr std::uint64_t kUsualMessage = 200;

/// How often mosquitto may write its store, at most; in seconds.
inline constexpr std::uint64_t kLongestAutosave = 60;

/// What stands beside a payload in a dead letter, at most: an MQTT topic is up to 64 KiB.
inline constexpr std::uint64_t kBesidePayload = 64UL * 1024;

/// The largest packet that MQTT knows.
inline constexpr std::uint64_t kLargestPacket = 268'435'455;

/// message.max.bytes of mqtt2kafka's producer, where none is given.
inline constexpr std::uint64_t kProducerBytes = 4UL * 1024 * 1024;

} // namespace tlm::mqtt2kafka::check
