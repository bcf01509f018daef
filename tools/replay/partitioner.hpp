// SPDX-License-Identifier: Apache-2.0
// Which partition a key went to. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlm::replay {

/// How producers choose a partition for a key.
enum class Partitioner {
    murmur2, ///< Java's default, and tlm's
    crc32,   ///< librdkafka's default
    fnv1a,   ///< Sarama's default
};

[[nodiscard]] std::string_view partitioner_name(Partitioner partitioner) noexcept;

/// The partition of `count` that gets the key. The key is not empty: those are spread at random.
[[nodiscard]] std::int32_t partition_of(Partitioner partitioner, std::string_view key,
                                        std::int32_t count) noexcept;

struct KeySample {
    std::string key;
    std::int32_t partition = 0;
};

/// Whether the keys are enough to tell a partitioner: another one would put all of them where they
/// are by chance less than once in a million times.
[[nodiscard]] bool can_tell(std::span<const KeySample> samples, std::int32_t count);

/// The partitioner that put all of these keys where they are, when they are enough to tell. With
/// one partition any will do.
[[nodiscard]] std::optional<Partitioner> explain(std::span<const KeySample> samples,
                                                 std::int32_t count);

} // namespace tlm::replay
