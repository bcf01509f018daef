// SPDX-License-Identifier: Apache-2.0
#include "common/record/message.hpp"
#include "common/record/message_reader.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <vector>

namespace {

using tlm::Message;
using tlm::MessageHeader;
using tlm::MessageReader;
using tlm::Reject;
using tlm::TimestampType;

std::string line_of(const Message& message)
{
    std::string line;
    tlm::append_message(line, message);
    return line;
}

void check_same(const Message& a, const Message& b)
{
    CHECK(a.topic == b.topic);
    CHECK(a.partition == b.partition);
    CHECK(a.offset == b.offset);
    CHECK(a.timestamp == b.timestamp);
    CHECK(a.timestamp_type == b.timestamp_type);
    CHECK(a.key == b.key);
    CHECK(a.value == b.value);
    CHECK(std::vector(a.headers.begin(), a.headers.end()) ==
          std::vector(b.headers.begin(), b.headers.end()));
}

/// Bytes of every kind: nothing, ASCII, what JSON escapes, UTF-8, cut UTF-8, anything.
std::string any_bytes(std::mt19937& random)
{
    static const std::vector<std::string> pieces{"",
                                                 "plain",
                                                 "\"quoted\\\"",
                                                 std::string(1, '\0'),
                                                 "\n\r\t\x01\x7f",
                                                 "\u0085",
                                                 "\u20ac",
                                                 "\U0001F600",
                                                 "\xff",
                                                 "\xc3",
                                                 "\xed\xa0\x80",
                                                 "{\"a\":1}",
                                                 "\u2028",
                                                 "\xf4\x90\x80\x80",
                                                 "null"};
    std::string bytes;
    for (auto count = random() % 4; count > 0; --count) {
        bytes += pieces[random() % pieces.size()];
        if (random() % 4 == 0) {
            bytes += static_cast<char>(random());
        }
    }
    return bytes;
}

TEST_CASE("message: a line has everything, in order", "[message]")
{
    const std::vector<MessageHeader> headers{{"a", "1"}, {"b", std::nullopt}, {"a", ""}};
    Message message{"t", 3, 42, 1'700'000'000'000, TimestampType::create, "k", "v", headers};
    CHECK(line_of(message) ==
          R"({"topic":"t","partition":3,"offset":42,"ts":1700000000000,"tstype":"create",)"
          R"("key":"k","headers":[["a","1"],["b",null],["a",""]],"value":"v"})");
    message.key = std::nullopt;
    message.value = "\xff";
    message.headers = {};
    CHECK(line_of(message) ==
          R"({"topic":"t","partition":3,"offset":42,"ts":1700000000000,"tstype":"create",)"
          R"("key":null,"headers":[],"value_b64":"/w=="})");
}

TEST_CASE("message: comes back byte for byte, whatever it holds", "[message]")
{
    std::mt19937 random(20'000); // NOLINT: the same messages in every run
    MessageReader reader;
    const auto maybe = [&random](const std::string& bytes) {
        return random() % 5 == 0 ? std::nullopt : std::optional<std::string_view>{bytes};
    };
    for (int round = 0; round < 20'000; ++round) {
        std::vector<std::string> bytes;
        for (int i = 0; i < 12; ++i) {
            bytes.push_back(any_bytes(random));
        }
        std::vector<MessageHeader> headers;
        for (std::size_t i = 0; i < random() % 5; ++i) {
            headers.push_back({bytes[2 * i], maybe(bytes[2 * i + 1])});
        }
        const Message message{"topic",
                              static_cast<std::int32_t>(random() % 100) - 1,
                              static_cast<std::int64_t>(random()) - 1,
                              static_cast<std::int64_t>(random()) - 1,
                              static_cast<TimestampType>(random() % 3),
                              maybe(bytes[10]),
                              maybe(bytes[11]),
                              headers};
        const auto line = line_of(message);
        CAPTURE(line);
        CHECK(line.find('\n') == std::string::npos);
        auto read = reader.read(line);
        REQUIRE(std::holds_alternative<Message>(read));
        check_same(std::get<Message>(read), message);
        CHECK(line_of(std::get<Message>(read)) == line);
    }
}

TEST_CASE("message: what a person writes is enough with a value", "[message]")
{
    MessageReader reader;
    auto read = reader.read(R"({ "note": {"a": [1]}, "value": "x" })");
    REQUIRE(std::holds_alternative<Message>(read));
    check_same(std::get<Message>(read), Message{.value = "x"});
    read = reader.read(R"({"value":null,"key":""})");
    REQUIRE(std::holds_alternative<Message>(read));
    check_same(std::get<Message>(read), Message{.key = ""});
}

TEST_CASE("message: a slip is told and never guessed at", "[message]")
{
    MessageReader reader;
    const auto path_of = [&reader](std::string_view line) {
        auto read = reader.read(line);
        return std::holds_alternative<Reject>(read) ? std::get<Reject>(read).path : "taken";
    };
    CHECK(path_of("[]").empty());
    CHECK(path_of("{").empty());
    CHECK(path_of(R"({"key":"k"})").empty());
    CHECK(path_of(R"({"value":"v","value_b64":"AA=="})").empty());
    CHECK(path_of(R"({"value":"v","key":"k","key_b64":"AA=="})").empty());
    CHECK(path_of(R"({"value":{"a":1}})") == "/value");
    CHECK(path_of(R"({"value":1})") == "/value");
    CHECK(path_of(R"({"value_b64":"A"})") == "/value_b64");
    CHECK(path_of(R"({"value":"v","value":"w"})") == "/value");
    CHECK(path_of(R"({"value":"v","ts":"now"})") == "/ts");
    CHECK(path_of(R"({"value":"v","partition":-2})") == "/partition");
    CHECK(path_of(R"({"value":"v","partition":2147483648})") == "/partition");
    CHECK(path_of(R"({"value":"v","offset":1.5})") == "/offset");
    CHECK(path_of(R"({"value":"v","tstype":"log"})") == "/tstype");
    CHECK(path_of(R"({"value":"v","headers":{"a":"1"}})") == "/headers");
    CHECK(path_of(R"({"value":"v","headers":[["a","1"],["b"]]})") == "/headers/1");
    CHECK(path_of(R"({"value":"v","headers":[[null,"1"]]})") == "/headers/0");
    CHECK(path_of(R"({"value":"v","headers":[["a",{"b64":"?"}]]})") == "/headers/0");
    CHECK(path_of(R"({"value":"v","headers":[["a",1]]})") == "/headers/0");
}

} // namespace
