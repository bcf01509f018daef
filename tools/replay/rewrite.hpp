// SPDX-License-Identifier: Apache-2.0
// From a record that was read to the one that is written. Pure.
#pragma once

#include "common/base/time.hpp"
#include "common/record/message.hpp"
#include "tools/replay/refusal.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::replay {

/// Marks what a replay has written, so that consumers can tell: its value is the replay's id.
inline constexpr std::string_view kReplayHeader = "tlm-replay-id";

/// What a topic takes.
struct TopicRules {
    std::int32_t partitions = 0;              ///< 0: there is no such topic
    std::optional<milliseconds> max_age{};    ///< of a timestamp; empty: any
    std::optional<milliseconds> max_ahead{};  ///< empty: any
    std::optional<std::uint64_t> max_batch{}; ///< bytes, as sent; empty: not known
    bool stamps = false;    ///< stamps records itself, with the moment it gets them
    bool needs_key = false; ///< is compacted
};

/// From the topic's settings. A topic that stamps records itself takes any timestamp; one that is
/// only compacted deletes nothing for its age.
[[nodiscard]] TopicRules
topic_rules(const std::map<std::string, std::string, std::less<>>& settings,
            std::int32_t partitions);

/// Empty when the topic takes and keeps the timestamp. Negative ones are stamped when written; 0
/// cannot be written by librdkafka.
[[nodiscard]] std::optional<Refusal> judge_timestamp(const TopicRules& rules, EpochMs timestamp,
                                                     EpochMs now) noexcept;

/// What is done to every record.
struct RewriteSettings {
    bool by_key = false;  ///< partition by key instead of where it was
    bool rebase = false;  ///< stamp with the moment of writing
    std::string mark{};   ///< value of kReplayHeader; empty: not marked
    bool letters = false; ///< what has no topic or partition to go to is refused, no error
    bool by_size = false; ///< what is too large uncompressed is refused
};

/// Rewrites one record after the other. One thread.
class Rewriter {
  public:
    explicit Rewriter(RewriteSettings settings) : m_settings(std::move(settings)) {}

    /// Changes timestamp and headers of the message, and its partition: negative where the key
    /// decides. Headers are valid until the next call. Throws Error fatal for a partition that the
    /// topic does not have, unless these are dead letters.
    [[nodiscard]] std::optional<Refusal> rewrite(Message& message, const TopicRules& rules,
                                                 EpochMs now);

  private:
    RewriteSettings m_settings;
    std::vector<MessageHeader> m_headers;
};

} // namespace tlm::replay
