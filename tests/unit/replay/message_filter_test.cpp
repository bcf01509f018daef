// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/message_filter.hpp"

namespace {

using tlm::Message;
using tlm::MessageHeader;
using tlm::replay::Conditions;
using tlm::replay::MessageFilter;
using tlm::replay::parse_condition;

bool takes(const Conditions& conditions, const Message& message)
{
    return MessageFilter(conditions).takes(message);
}

bool has(std::string_view where, std::string_view value)
{
    Conditions conditions;
    conditions.members.push_back(*parse_condition(where));
    return takes(conditions, Message{.value = value});
}

TEST_CASE("filter: without conditions all is taken", "[filter]")
{
    CHECK(takes({}, Message{}));
}

TEST_CASE("filter: keys, where none is not the empty one", "[filter]")
{
    CHECK(takes({.key = "a"}, Message{.key = "a"}));
    CHECK_FALSE(takes({.key = "a"}, Message{.key = "b"}));
    CHECK_FALSE(takes({.key = ""}, Message{}));
    CHECK(takes({.key = ""}, Message{.key = ""}));
}

TEST_CASE("filter: headers, any of those that have the name", "[filter]")
{
    const std::vector<MessageHeader> headers{{"a", "1"}, {"a", "2"}, {"n", std::nullopt}};
    const Message message{.headers = headers};
    const auto header = [&message](std::string_view text) {
        Conditions conditions;
        conditions.headers.push_back(*parse_condition(text));
        return takes(conditions, message);
    };
    CHECK(header("a"));
    CHECK(header("a=2"));
    CHECK_FALSE(header("a=3"));
    CHECK(header("n"));
    CHECK_FALSE(header("n="));
    CHECK_FALSE(header("b"));
}

TEST_CASE("filter: numbers beyond 64 bits and double are JSON, too", "[filter]")
{
    constexpr auto kValue =
        R"({"b":true,"s":"7\\\"9e999","n":[-12345678901234567890123, 2.5, 3],)"
        R"("big":12345678901234567890123,"far":1e400,"u":18446744073709551615})";
    CHECK(has("/b=true", kValue));
    CHECK(has("/s=7\\\"9e999", kValue));
    CHECK(has("/n/0=-12345678901234567890123", kValue));
    CHECK(has("/n/1=2.50", kValue));
    CHECK(has("/n/2=3", kValue));
    CHECK(has("/big=12345678901234567890123", kValue));
    CHECK_FALSE(has("/big=12345678901234567890124", kValue));
    CHECK(has("/far", kValue));
    CHECK(has("/u=18446744073709551615", kValue));
    CHECK_FALSE(has("/b", R"({"b":true,"big":12345678901234567890123)"));
    CHECK_FALSE(has("/b", R"({"b":true,"big":1e400,"x":01})"));
}

TEST_CASE("filter: members of the value", "[filter]")
{
    constexpr auto kValue = R"({"site":"A","on":true,"x":null,"data":{"t":21.50,"n":7,"l":[1]}})";
    CHECK(has("/site=A", kValue));
    CHECK_FALSE(has("/site=B", kValue));
    CHECK(has("/on=true", kValue));
    CHECK(has("/x=null", kValue));
    CHECK(has("/data/t=21.5", kValue));
    CHECK(has("/data/n=7", kValue));
    CHECK(has("/data/n=7.0", kValue));
    CHECK(has("/data/l/0=1", kValue));
    CHECK(has("/data", kValue));
    CHECK_FALSE(has("/data=7", kValue));
    CHECK_FALSE(has("/none", kValue));
    CHECK_FALSE(has("/site", "not JSON"));
    CHECK(has("/n=9007199254740993", R"({"n":9007199254740993})"));
    CHECK_FALSE(has("/n=9007199254740993", R"({"n":9007199254740992})"));
}

TEST_CASE("filter: a tombstone has no members", "[filter]")
{
    Conditions conditions;
    conditions.members.push_back({"/a"});
    CHECK_FALSE(takes(conditions, Message{}));
}

TEST_CASE("filter: what is no condition", "[filter]")
{
    CHECK_FALSE(parse_condition(""));
    CHECK_FALSE(parse_condition("=x"));
    CHECK(parse_condition("a=b=c")->value == "b=c");
    Conditions conditions;
    conditions.members.push_back({"data"});
    CHECK_THROWS_AS(MessageFilter(conditions), tlm::Error);
}

} // namespace
