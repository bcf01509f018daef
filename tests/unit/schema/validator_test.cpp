// SPDX-License-Identifier: Apache-2.0
// Beyond the official tests: limits, many members, what is kept between calls.
#include "tests/unit/schema/judge.hpp"

#include <memory>

using namespace tlm;
using namespace tlm::schema;

namespace {

std::string nested(std::size_t levels, std::string_view open, std::string_view close)
{
    std::string text;
    for (std::size_t i = 0; i < levels; ++i) {
        text += open;
    }
    text += "1";
    for (std::size_t i = 0; i < levels; ++i) {
        text += close;
    }
    return text;
}

} // namespace

TEST_CASE("validator: members are judged in whatever order they come", "[schema]")
{
    Validator validator{Schema::compile(
        R"({"properties":{"a":{"type":"integer"},"b":{"type":"string"},"long_member_name_1":true},
            "required":["a","b"],"additionalProperties":false})",
        "", {})};
    for (int round = 0; round < 3; ++round) {
        const Parsed good{R"({"a":1,"b":"x","long_member_name_1":2})"};
        const Parsed shuffled{R"({"long_member_name_1":2,"b":"x","a":1})"};
        const Parsed unknown{R"({"a":1,"b":"x","long_member_name_2":2})"};
        const Parsed missing{R"({"a":1,"long_member_name_1":2})"};
        const Parsed doubled{R"({"a":1,"b":"x","a":"not an integer"})"};
        CHECK(validator.accepts(*good));
        CHECK(validator.accepts(*shuffled));
        CHECK_FALSE(validator.accepts(*unknown));
        CHECK_FALSE(validator.accepts(*missing));
        CHECK_FALSE(validator.accepts(*doubled));
    }
}

TEST_CASE("validator: more than 64 members can be required", "[schema]")
{
    std::string required;
    std::string members;
    for (int i = 0; i < 200; ++i) {
        required += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\"";
        members += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
    }
    const std::string schema = R"({"required":[)" + required + "]}";
    CHECK(accepts(schema, "{" + members + "}"));
    CHECK_FALSE(accepts(schema, "{" + members.substr(0, members.rfind(',')) + "}"));
    CHECK_FALSE(accepts(schema, "{" + members.substr(members.find(',') + 1) + "}"));
}

TEST_CASE("validator: a deep value is judged or rejected, never an overflow", "[schema]")
{
    const std::string plain = R"({"items":{"$ref":"#"}})";
    CHECK(accepts(plain, nested(1000, "[", "]")));
    const std::string three = R"({"allOf":[{"allOf":[{"items":{"$ref":"#"}}]}]})";
    const auto failures = explain(three, nested(1000, "[", "]"));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].reason == Reason::schema_limit);
}

TEST_CASE("validator: a value that doubles the work at each level is rejected in time", "[schema]")
{
    const std::string schema = R"({"anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["b"]},
                                            {"properties":{"a":{"$ref":"#"}},"required":["b"]}]})";
    const auto failures = explain(schema, nested(60, R"({"a":)", "}"));
    REQUIRE_FALSE(failures.empty());
    CHECK(failures.back().reason == Reason::schema_limit);
}

TEST_CASE("validator: a limit inside `not` does not become an acceptance", "[schema]")
{
    CHECK_FALSE(accepts(R"({"not":{"pattern":"^(a+)+$"}})", "\"" + std::string(40, 'a') + "b\""));
    const auto failures =
        explain(R"({"not":{"pattern":"^(a+)+$"}})", "\"" + std::string(40, 'a') + "b\"");
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].reason == Reason::pattern_limit);
}

TEST_CASE("validator: a limit in the name of a member is said", "[schema]")
{
    const auto failures = explain(R"({"patternProperties":{"^(a+)+$":true}})",
                                  "{\"" + std::string(40, 'a') + "b\":1}");
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].reason == Reason::pattern_limit);
}

TEST_CASE("validator: unique items of a large array cost no square", "[schema]")
{
    std::string text = "[";
    for (int i = 0; i < 200'000; ++i) {
        text += "{\"a\":" + std::to_string(i) + "},";
    }
    CHECK(accepts(R"({"uniqueItems":true})", text + "0]"));
    CHECK_FALSE(accepts(R"({"uniqueItems":true})", text + R"({"a":3.0}])"));
}

TEST_CASE("validator: numbers keep their digits", "[schema]")
{
    CHECK_FALSE(accepts(R"({"maximum":9007199254740992})", "9007199254740993"));
    CHECK(accepts(R"({"maximum":18446744073709551615})", "18446744073709551615"));
    CHECK_FALSE(accepts(R"({"exclusiveMaximum":18446744073709551615})", "18446744073709551615"));
    CHECK_FALSE(accepts(R"({"const":9007199254740993})", "9007199254740992.0"));
    CHECK(accepts(R"({"multipleOf":0.01})", "19.99"));
}

TEST_CASE("validator: both enum and const count", "[schema]")
{
    CHECK(accepts(R"({"enum":["a","b"],"const":"a"})", R"("a")"));
    CHECK_FALSE(accepts(R"({"enum":["a","b"],"const":"a"})", R"("b")"));
    CHECK_FALSE(accepts(R"({"enum":["a"],"const":"b"})", R"("b")"));
}

TEST_CASE("validator: two of them share one schema", "[schema]")
{
    const auto schema = Schema::compile(R"({"type":"integer"})", "", {});
    Validator one{schema};
    Validator two{schema};
    const Parsed value{"1"};
    CHECK(one.accepts(*value));
    Validator moved = std::move(two);
    CHECK(moved.accepts(*value));
}
