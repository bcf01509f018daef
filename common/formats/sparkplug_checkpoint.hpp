// SPDX-License-Identifier: Apache-2.0
// Which messages a decoder has seen when its state was exported.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tlm::formats {

/// After a crash a broker sends messages again, some of which the exported state has seen and some
/// of which it has not: decoded twice, they would lead it astray.
struct SparkplugCheckpoint {
    /// Of the topic of records: the offset in each partition behind the last record seen.
    std::map<std::int32_t, std::int64_t> offsets{};

    /// A message that was seen and is in no topic of records, as its keeper recognises it.
    struct Elsewhere {
        std::string topic;
        std::string hash;

        bool operator==(const Elsewhere&) const = default;
    };

    std::vector<Elsewhere> elsewhere{};
};

} // namespace tlm::formats
