// SPDX-License-Identifier: Apache-2.0
// What Kafka says about topics.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tlm::kafka {

struct TopicDescription {
    std::string name;
    std::string problem; ///< why nothing is known of it; empty: all below is
    int partitions = 0;  ///< 0: there is no such topic
    int replicas = 0;    ///< of the partition that has fewest
    int in_sync = 0;     ///< the same
    /// In effect: of the topic, else of the brokers, else the default. No secrets.
    std::map<std::string, std::string, std::less<>> settings;
};

/// Asks the brokers, with a connection of its own; waits up to `deadline` for each answer. In the
/// order of `topics`. Throws Error transient when no broker answers, usage on wrong properties.
[[nodiscard]] std::vector<TopicDescription> describe_topics(const Properties& properties,
                                                            std::span<const std::string> topics,
                                                            milliseconds deadline);

/// librdkafka's own number: 0x020002ff is 2.0.2.
[[nodiscard]] std::uint32_t library_version() noexcept;

/// The same for people: `2.0.2`.
[[nodiscard]] std::string library_version_text();

} // namespace tlm::kafka
