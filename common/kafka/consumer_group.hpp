// SPDX-License-Identifier: Apache-2.0
// A consumer group seen from outside: who is in it, how far it has read, and where it goes on.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tlm::kafka {

/// Offsets by topic and partition.
using GroupOffsets = std::map<std::pair<std::string, std::int32_t>, std::int64_t>;

/// A process that reads as part of a group.
struct GroupMember {
    std::string client_id;
    std::string host;
    std::vector<std::pair<std::string, std::int32_t>> partitions; ///< by topic
};

struct GroupDescription {
    std::string state; ///< Kafka's word: Stable, Empty, Dead, PreparingRebalance, ...
    std::vector<GroupMember> members;
    bool hidden = false; ///< of a protocol whose members this librdkafka cannot ask for

    /// Nobody reads as this group now, as far as the coordinator tells.
    [[nodiscard]] bool inactive() const { return state == "Empty" || state == "Dead"; }
};

/// Asks and tells the coordinator of one group; never joins it. A question is asked again until it
/// is answered, for up to `deadline`, then throws Error transient; the answer is empty as soon as
/// `stop_fd` (-1: none) is readable. Throws Error usage when the user may not. One thread.
class ConsumerGroup {
  public:
    /// Connects in the background. Throws Error usage on properties that are unknown or wrong.
    ConsumerGroup(const Properties& properties, std::string group);
    ~ConsumerGroup(); ///< never waits for brokers
    ConsumerGroup(const ConsumerGroup&) = delete;
    ConsumerGroup& operator=(const ConsumerGroup&) = delete;

    /// A group that nobody has ever heard of is Dead. One of the `consumer` protocol (KIP-848) is
    /// `hidden`: librdkafka 2.0.2 tells that it is there, and its state (Unknown: members come and
    /// go), but not who they are.
    [[nodiscard]] std::optional<GroupDescription> describe(milliseconds deadline, int stop_fd);

    /// What the group has committed, and nothing for the partitions where it has not.
    [[nodiscard]] std::optional<GroupOffsets> committed(milliseconds deadline, int stop_fd);

    /// Commits these in the group's name. The coordinator itself refuses while the group has
    /// members: throws Error fatal then, and when a partition is not written. Never asks twice:
    /// throws Error in_doubt without an answer.
    void set_offsets(const GroupOffsets& offsets, milliseconds deadline);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
