// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/restore.hpp"

namespace {

using namespace std::string_view_literals;
using tlm::Message;
using tlm::MessageHeader;
using tlm::replay::Refusal;
using tlm::replay::Restorer;

constexpr unsigned kMostAttempts = 3;

std::vector<MessageHeader> headers_of(const Message& message)
{
    return {message.headers.begin(), message.headers.end()};
}

TEST_CASE("restore: tlm's own dead letters", "[restore]")
{
    const std::vector<MessageHeader> headers{{"mqtt-qos", "1"},
                                             {"tlm-reason", "schema"},
                                             {"tlm-detail", "wrong"},
                                             {"tlm-path", "/data/t"},
                                             {"tlm-schema", "/properties"},
                                             {"tlm-source-topic", "raw"},
                                             {"tlm-source-partition", "4"},
                                             {"tlm-source-offset", "77"},
                                             {"tlm-received-at", "1"},
                                             {"tlm-attempt", "2"},
                                             {"note", std::nullopt}};
    Message message{"dlq", 0, 5, 1000, tlm::TimestampType::create, "k", "v", headers};
    Restorer restorer("", kMostAttempts);
    REQUIRE_FALSE(restorer.restore(message));
    CHECK(message.topic == "raw");
    CHECK(message.partition == 4);
    CHECK(message.timestamp == 1000);
    CHECK(message.key == "k");
    CHECK(message.value == "v");
    // The next rejection counts on from 2.
    CHECK(headers_of(message) == std::vector<MessageHeader>{{"mqtt-qos", "1"},
                                                            {"note", std::nullopt},
                                                            {"tlm-attempt", "2"}});
}

TEST_CASE("restore: what Spring has tried by topics for retries counts", "[restore]")
{
    const auto [attempts, before, after] =
        GENERATE(table<std::string_view, std::string_view, std::optional<std::string_view>>({
            {"\0\0\0\x02"sv, "", "2"}, // as Spring writes it now
            {"\x02"sv, "", "2"},       // and as it did
            {"\x02"sv, "2", "4"},
            {"\x02"sv, "3", std::nullopt}, // five are too many
            {"\0\0\0\x05"sv, "", std::nullopt},
            {"\0\0\0\0"sv, "", "1"}, // it was rejected once
        }));
    std::vector<MessageHeader> headers{{"kafka_original-topic", "orders"},
                                       {"kafka_original-partition", "\0\0\0\x02"sv},
                                       {"kafka_original-timestamp", "\0\0\0\0\0\x01\0\0"sv},
                                       {"kafka_exception-message", "no"},
                                       {"retry_topic-original-timestamp", "\x01"},
                                       {"retry_topic-backoff-timestamp", "\x01"},
                                       {"retry_topic-attempts", attempts}};
    if (!before.empty()) {
        headers.push_back({"tlm-attempt", before});
    }
    Message message{.timestamp = 5, .headers = headers};
    constexpr unsigned kFive = 5;
    Restorer restorer("", kFive);
    const auto refusal = restorer.restore(message);
    REQUIRE(refusal.has_value() == !after.has_value());
    if (refusal) {
        CHECK(refusal == Refusal::too_many_attempts);
        return;
    }
    CHECK(message.topic == "orders");
    CHECK(message.partition == 2);
    CHECK(message.timestamp == 65'536);
    CHECK(headers_of(message) == std::vector<MessageHeader>{{"tlm-attempt", *after}});
}

TEST_CASE("restore: Spring writes numbers as bytes", "[restore]")
{
    const std::vector<MessageHeader> headers{
        {"kafka_dlt-original-topic", "orders"},
        {"kafka_dlt-original-partition", "\0\0\0\x02"sv},
        {"kafka_dlt-original-offset", "\0\0\0\0\0\0\0\x09"sv},
        {"kafka_dlt-original-timestamp", "\0\0\0\0\0\x01\0\0"sv},
        {"kafka_dlt-exception-message", "no"},
        {"mine", "1"}};
    Message message{.timestamp = 5, .headers = headers};
    Restorer restorer("", kMostAttempts);
    REQUIRE_FALSE(restorer.restore(message));
    CHECK(message.topic == "orders");
    CHECK(message.partition == 2);
    CHECK(message.timestamp == 0x10000);
    CHECK(headers_of(message) == std::vector<MessageHeader>{{"mine", "1"}, {"tlm-attempt", "1"}});
}

TEST_CASE("restore: Kafka Connect, and Spring Cloud Stream", "[restore]")
{
    const std::vector<MessageHeader> connect{{"__connect.errors.topic", "in"},
                                             {"__connect.errors.partition", "7"},
                                             {"__connect.errors.exception.message", "x"},
                                             {"tlm-attempt", "1"}};
    Message message{.headers = connect};
    Restorer restorer("", kMostAttempts);
    REQUIRE_FALSE(restorer.restore(message));
    CHECK(message.topic == "in");
    CHECK(message.partition == 7);
    CHECK(headers_of(message) == std::vector<MessageHeader>{{"tlm-attempt", "2"}});

    const std::vector<MessageHeader> stream{{"x-original-topic", "s"},
                                            {"x-exception-message", "y"}};
    message = Message{.headers = stream};
    REQUIRE_FALSE(restorer.restore(message));
    CHECK(message.topic == "s");
    CHECK(message.partition == -1);
}

TEST_CASE("restore: a topic named by the user, where the key finds the partition", "[restore]")
{
    const std::vector<MessageHeader> headers{{"tlm-source-topic", "raw"},
                                             {"tlm-source-partition", "4"}};
    Message message{.headers = headers};
    Restorer restorer("other", kMostAttempts);
    REQUIRE_FALSE(restorer.restore(message));
    CHECK(message.topic == "other");
    CHECK(message.partition == -1);
    message = Message{.topic = "dlq"};
    REQUIRE_FALSE(restorer.restore(message));
    CHECK(message.topic == "other");
}

TEST_CASE("restore: what is not sent back", "[restore]")
{
    Restorer restorer("", kMostAttempts);
    const auto refusal = [&restorer](const std::vector<MessageHeader>& headers) {
        Message message{.headers = headers};
        return restorer.restore(message);
    };
    CHECK(refusal({}) == Refusal::no_source);
    CHECK(refusal({{"tlm-source-mqtt-topic", "a/b"}}) == Refusal::no_source);
    CHECK(refusal({{"tlm-source-topic", std::nullopt}}) == Refusal::no_source);
    CHECK(refusal({{"tlm-source-topic", "t"}, {"tlm-attempt", "3"}}) == Refusal::too_many_attempts);
    CHECK_FALSE(refusal({{"tlm-source-topic", "t"}, {"tlm-attempt", "2"}}));
    CHECK(refusal({{"tlm-source-topic", "t"}, {"tlm-payload-file", "/x"}}) == Refusal::no_payload);
    CHECK(refusal({{"tlm-source-topic", "t"}, {"tlm-suppressed", "9"}}) == Refusal::no_payload);
}

TEST_CASE("restore: numbers that are none are not known", "[restore]")
{
    Restorer restorer("", kMostAttempts);
    for (const auto partition :
         {""sv, "x"sv, "-1"sv, "99999999999"sv, "\xff\xff\xff\xff\xff\xff\xff\xff"sv}) {
        const std::vector<MessageHeader> headers{{"tlm-source-topic", "t"},
                                                 {"tlm-source-partition", partition}};
        Message message{.headers = headers};
        REQUIRE_FALSE(restorer.restore(message));
        CHECK(message.partition == -1);
    }
}

} // namespace
