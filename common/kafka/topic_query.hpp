// SPDX-License-Identifier: Apache-2.0
// What the brokers know of a topic: its partitions, offsets, times and settings.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"
#include "common/kafka/wait.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::kafka {

/// What a partition holds: offsets from `low` up to but without `high`.
struct Watermarks {
    std::int32_t partition = 0;
    std::int64_t low = 0;
    std::int64_t high =
        0; ///< with isolation.level=read_committed, the default, the last stable offset
};

/// Asks about one topic. Each question is asked again until it is answered by all partitions, for
/// up to `deadline`, then throws Error transient; the answer is empty as soon as `stop_fd` (-1:
/// none) is readable. Throws Error usage when the user may not ask. One thread.
class TopicQuery {
  public:
    /// Connects in the background. Throws Error usage on properties that are unknown or wrong.
    TopicQuery(const Properties& properties, std::string topic);
    ~TopicQuery(); ///< never waits for brokers
    TopicQuery(const TopicQuery&) = delete;
    TopicQuery& operator=(const TopicQuery&) = delete;

    /// See Producer::wait_until_known(); but a topic that the brokers do not have is not waited for
    /// longer than the news of one takes that was made a moment ago.
    Wait wait_until_known(milliseconds deadline, int stop_fd);

    /// False as soon as a broker says that there is no such topic, without waiting for it.
    [[nodiscard]] std::optional<bool> exists(milliseconds deadline, int stop_fd);

    [[nodiscard]] std::optional<int> count_partitions(milliseconds deadline, int stop_fd);

    /// Of every partition, in order.
    [[nodiscard]] std::optional<std::vector<Watermarks>> watermarks(milliseconds deadline,
                                                                    int stop_fd);

    using Offsets = std::map<std::int32_t, std::int64_t>; ///< by partition

    /// The offset of the first record stamped then or later, -1 where there is none.
    [[nodiscard]] std::optional<Offsets>
    offsets_for_times(const std::map<std::int32_t, EpochMs>& times, milliseconds deadline,
                      int stop_fd);

    using Settings = std::map<std::string, std::string, std::less<>>;

    /// The topic's settings by name, the broker's defaults among them. An empty map when the
    /// brokers do not tell this user.
    [[nodiscard]] std::optional<Settings> settings(milliseconds deadline, int stop_fd);

    /// The id that the cluster has given itself; empty before any question is answered.
    [[nodiscard]] std::string cluster() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace tlm::kafka
