// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/rewrite.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "tools/replay/batch_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace tlm::replay {

namespace {

/// A limit of a topic; -1 and what is beyond a long is none.
std::optional<milliseconds>
limit_of(const std::map<std::string, std::string, std::less<>>& settings, const std::string& name)
{
    const auto found = settings.find(name);
    const auto limit = found == settings.end() ? std::nullopt : parse_unsigned(found->second);
    constexpr auto kNone = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return limit && *limit < kNone ? std::optional{milliseconds{static_cast<std::int64_t>(*limit)}}
                                   : std::nullopt;
}

std::optional<milliseconds> smaller(std::optional<milliseconds> a, std::optional<milliseconds> b)
{
    return a && b ? std::min(a, b) : a ? a : b;
}

std::string_view text_of(const std::map<std::string, std::string, std::less<>>& settings,
                         const std::string& name)
{
    const auto found = settings.find(name);
    return found == settings.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace

TopicRules topic_rules(const std::map<std::string, std::string, std::less<>>& settings,
                       std::int32_t partitions)
{
    TopicRules rules{partitions};
    rules.max_batch = parse_unsigned(text_of(settings, "max.message.bytes"));
    rules.needs_key = text_of(settings, "cleanup.policy").find("compact") != std::string_view::npos;
    rules.stamps = text_of(settings, "message.timestamp.type") == "LogAppendTime";
    if (rules.stamps) {
        return rules;
    }
    // Brokers before 3.6 know one limit for both directions.
    const auto either = limit_of(settings, "message.timestamp.difference.max.ms");
    rules.max_ahead = smaller(limit_of(settings, "message.timestamp.after.max.ms"), either);
    rules.max_age = smaller(limit_of(settings, "message.timestamp.before.max.ms"), either);
    if (text_of(settings, "cleanup.policy") != "compact") {
        rules.max_age = smaller(rules.max_age, limit_of(settings, "retention.ms"));
    }
    return rules;
}

std::optional<Refusal> judge_timestamp(const TopicRules& rules, EpochMs timestamp,
                                       EpochMs now) noexcept
{
    if (timestamp < 0) {
        return std::nullopt;
    }
    if (timestamp == 0 || (rules.max_age && now - timestamp > rules.max_age->count())) {
        return Refusal::too_old;
    }
    if (rules.max_ahead && timestamp > now && timestamp - now > rules.max_ahead->count()) {
        return Refusal::too_far_ahead;
    }
    return std::nullopt;
}

std::optional<Refusal> Rewriter::rewrite(Message& message, const TopicRules& rules, EpochMs now)
{
    if (m_settings.by_key) {
        message.partition = -1;
    }
    if (m_settings.letters && (rules.partitions == 0 || message.partition >= rules.partitions)) {
        return Refusal::no_target;
    }
    if (message.partition >= rules.partitions) {
        throw fatal_error(fmt::format("'{}' has {} partitions, and a record is of partition {}: "
                                      "--partition key lets the key decide",
                                      message.topic, rules.partitions, message.partition));
    }
    if (m_settings.rebase) {
        message.timestamp = -1;
    }
    if (const auto refusal = judge_timestamp(rules, message.timestamp, now)) {
        return refusal;
    }
    if (rules.needs_key && !message.key) {
        return Refusal::no_key;
    }
    if (!m_settings.mark.empty()) {
        m_headers.clear();
        std::copy_if(message.headers.begin(), message.headers.end(), std::back_inserter(m_headers),
                     [](const MessageHeader& header) { return header.name != kReplayHeader; });
        m_headers.push_back({kReplayHeader, m_settings.mark});
        message.headers = m_headers;
    }
    if (m_settings.by_size && rules.max_batch && lone_batch_size(message) > *rules.max_batch) {
        return Refusal::too_large;
    }
    return std::nullopt;
}

} // namespace tlm::replay
