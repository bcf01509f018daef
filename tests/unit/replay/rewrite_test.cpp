// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/batch_size.hpp"
#include "tools/replay/rewrite.hpp"

namespace {

using tlm::Message;
using tlm::MessageHeader;
using tlm::milliseconds;
using tlm::replay::judge_timestamp;
using tlm::replay::lone_batch_size;
using tlm::replay::Refusal;
using tlm::replay::Rewriter;
using tlm::replay::topic_rules;
using tlm::replay::TopicRules;

constexpr tlm::EpochMs kNow = 1'800'000'000'000;
constexpr tlm::EpochMs kHour = 3'600'000;

TEST_CASE("rewrite: what a topic takes, from its settings", "[rewrite]")
{
    // As Kafka 4 answers for a topic without settings of its own.
    std::map<std::string, std::string, std::less<>> settings{
        {"cleanup.policy", "delete"},
        {"retention.ms", "604800000"},
        {"message.timestamp.type", "CreateTime"},
        {"message.timestamp.before.max.ms", "9223372036854775807"},
        {"message.timestamp.after.max.ms", "3600000"},
    };
    auto rules = topic_rules(settings, 6);
    CHECK(rules.partitions == 6);
    CHECK(rules.max_age == milliseconds{604'800'000});
    CHECK(rules.max_ahead == milliseconds{kHour});

    settings["retention.ms"] = "-1";
    CHECK_FALSE(topic_rules(settings, 6).max_age);
    settings["retention.ms"] = "1000";
    settings["cleanup.policy"] = "compact";
    CHECK_FALSE(topic_rules(settings, 6).max_age);
    settings["cleanup.policy"] = "compact,delete";
    CHECK(topic_rules(settings, 6).max_age == milliseconds{1000});
    settings["message.timestamp.before.max.ms"] = "10";
    CHECK(topic_rules(settings, 6).max_age == milliseconds{10});
    settings["message.timestamp.type"] = "LogAppendTime";
    CHECK_FALSE(topic_rules(settings, 6).max_age);
    CHECK_FALSE(topic_rules(settings, 6).max_ahead);
}

TEST_CASE("rewrite: what a topic is, from its settings", "[rewrite]")
{
    auto rules = topic_rules({{"cleanup.policy", "delete"},
                              {"max.message.bytes", "1048588"},
                              {"message.timestamp.type", "CreateTime"}},
                             1);
    CHECK(rules.max_batch == 1'048'588);
    CHECK_FALSE(rules.needs_key);
    CHECK_FALSE(rules.stamps);
    rules = topic_rules(
        {{"cleanup.policy", "compact,delete"}, {"message.timestamp.type", "LogAppendTime"}}, 1);
    CHECK_FALSE(rules.max_batch);
    CHECK(rules.needs_key);
    CHECK(rules.stamps);
}

TEST_CASE("rewrite: a compacted topic takes no record without a key", "[rewrite]")
{
    TopicRules rules{1};
    Message message{.timestamp = kNow};
    CHECK_FALSE(Rewriter({}).rewrite(message, rules, kNow));
    rules.needs_key = true;
    CHECK(Rewriter({}).rewrite(message, rules, kNow) == Refusal::no_key);
    message.key = "";
    CHECK_FALSE(Rewriter({}).rewrite(message, rules, kNow));
}

TEST_CASE("rewrite: sizes are judged at the limit, with the mark, where that is asked for",
          "[rewrite]")
{
    const Message read{.timestamp = kNow, .value = "v"};
    TopicRules rules{1};
    auto message = read;
    Rewriter rewriter({.mark = "id", .by_size = true});
    CHECK_FALSE(rewriter.rewrite(message, rules, kNow));
    rules.max_batch = lone_batch_size(message);
    message = read;
    CHECK_FALSE(rewriter.rewrite(message, rules, kNow));
    --*rules.max_batch;
    message = read;
    CHECK(rewriter.rewrite(message, rules, kNow) == Refusal::too_large);
    message = read;
    CHECK_FALSE(Rewriter({.mark = "id"}).rewrite(message, rules, kNow));
}

TEST_CASE("rewrite: older brokers have one limit for both directions", "[rewrite]")
{
    const auto rules =
        topic_rules({{"message.timestamp.difference.max.ms", "5"}, {"retention.ms", "3"}}, 1);
    CHECK(rules.max_age == milliseconds{3});
    CHECK(rules.max_ahead == milliseconds{5});
    CHECK_FALSE(topic_rules({}, 1).max_age);
}

TEST_CASE("rewrite: timestamps are judged at the limits", "[rewrite]")
{
    const TopicRules rules{1, milliseconds{kHour}, milliseconds{kHour}};
    CHECK_FALSE(judge_timestamp(rules, kNow, kNow));
    CHECK_FALSE(judge_timestamp(rules, kNow - kHour, kNow));
    CHECK(judge_timestamp(rules, kNow - kHour - 1, kNow) == Refusal::too_old);
    CHECK_FALSE(judge_timestamp(rules, kNow + kHour, kNow));
    CHECK(judge_timestamp(rules, kNow + kHour + 1, kNow) == Refusal::too_far_ahead);
    CHECK_FALSE(judge_timestamp(rules, -1, kNow));
    CHECK(judge_timestamp({1}, 0, kNow) == Refusal::too_old);
    CHECK_FALSE(judge_timestamp({1}, 1, kNow));
    CHECK_FALSE(judge_timestamp({1}, 9'000'000'000'000'000'000, kNow));
}

TEST_CASE("rewrite: all stays but what is asked for", "[rewrite]")
{
    const std::vector<MessageHeader> headers{{"a", "1"}, {"a", std::nullopt}};
    const Message before{.partition = 3, .timestamp = kNow, .key = "", .headers = headers};
    auto after = before;
    CHECK_FALSE(Rewriter({}).rewrite(after, {4}, kNow));
    CHECK(after.partition == 3);
    CHECK(after.timestamp == kNow);
    CHECK(after.headers.data() == headers.data());
    CHECK_THROWS_AS(Rewriter({}).rewrite(after, {3}, kNow), tlm::Error);

    CHECK_FALSE(Rewriter({.by_key = true, .rebase = true}).rewrite(after, {3}, kNow));
    CHECK(after.partition == -1);
    CHECK(after.timestamp == -1);
}

TEST_CASE("rewrite: a dead letter without a place to go to is refused", "[rewrite]")
{
    Message letter{.partition = 3, .timestamp = kNow};
    Rewriter rewriter({.letters = true});
    CHECK_FALSE(rewriter.rewrite(letter, {4}, kNow));
    CHECK(rewriter.rewrite(letter, {3}, kNow) == Refusal::no_target);
    letter.partition = -1;
    CHECK_FALSE(rewriter.rewrite(letter, {1}, kNow));
    CHECK(rewriter.rewrite(letter, {0}, kNow) == Refusal::no_target);
}

TEST_CASE("rewrite: the mark is the last header, and there is one", "[rewrite]")
{
    const std::vector<MessageHeader> headers{{"tlm-replay-id", "old"}, {"a", "1"}};
    Message message{.headers = headers};
    Rewriter rewriter({.mark = "new"});
    CHECK_FALSE(rewriter.rewrite(message, {1}, kNow));
    CHECK(std::vector(message.headers.begin(), message.headers.end()) ==
          std::vector<MessageHeader>{{"a", "1"}, {"tlm-replay-id", "new"}});
}

} // namespace
