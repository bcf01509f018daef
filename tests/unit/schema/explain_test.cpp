// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/schema/judge.hpp"

using namespace tlm;
using namespace tlm::schema;

namespace {

/// `instance schema: sentence`, one a line.
std::string said(std::string_view schema, std::string_view value, std::size_t max = 10)
{
    std::string lines;
    for (const Failure& failure : explain(schema, value, max)) {
        CHECK(failure.reason == Reason::schema);
        lines += failure.instance_path + " " + failure.schema_path + ": " + failure.sentence + "\n";
    }
    return lines;
}

} // namespace

TEST_CASE("explain: each violated keyword, where and why", "[schema]")
{
    CHECK(
        said(R"({"properties":{"t":{"maximum":125},"u":{"type":"number"},"s":{"enum":["ok","no"]}},
                   "required":["ts"],"additionalProperties":false})",
             R"({"t":130.5,"u":"21,5","s":"maybe","x/y":1})") ==
        "/t /properties/t/maximum: 130.5 must be at most 125\n"
        "/u /properties/u/type: \"21,5\" is of type string, it must be of type number\n"
        "/s /properties/s/enum: \"maybe\" must be \"ok\" or \"no\"\n"
        "/x~1y /additionalProperties: the member \"x/y\" is not allowed\n"
        " /required: the member \"ts\" is missing\n");
}

TEST_CASE("explain: numbers and strings", "[schema]")
{
    CHECK(said(R"({"minimum":0})", "-1") == " /minimum: -1 must be at least 0\n");
    CHECK(said(R"({"exclusiveMinimum":0})", "0") == " /exclusiveMinimum: 0 must be more than 0\n");
    CHECK(said(R"({"exclusiveMaximum":0})", "0.5") ==
          " /exclusiveMaximum: 0.5 must be less than 0\n");
    CHECK(said(R"({"multipleOf":0.5})", "0.7") == " /multipleOf: 0.7 must be a multiple of 0.5\n");
    CHECK(said(R"({"minLength":3})", R"("ä")") ==
          " /minLength: \"ä\" has 1 character, it must have at least 3\n");
    CHECK(said(R"({"maxLength":1})", R"("ab")") ==
          " /maxLength: \"ab\" has 2 characters, it must have at most 1\n");
    CHECK(said(R"({"pattern":"^a"})", R"("b")") ==
          " /pattern: \"b\" does not match the pattern ^a\n");
    CHECK(said(R"({"const":null})", "1") == " /const: 1 must be null\n");
    CHECK(said(R"({"type":["integer","null"]})", "[]") ==
          " /type: an array stands here, it must be of type integer or null\n");
}

TEST_CASE("explain: arrays and objects", "[schema]")
{
    CHECK(said(R"({"items":{"type":"integer"},"maxItems":1})", R"([1,"x"])") ==
          "/1 /items/type: \"x\" is of type string, it must be of type integer\n"
          " /maxItems: the array has 2 items, it must have at most 1\n");
    CHECK(said(R"({"uniqueItems":true})", "[1,2,1.0]") ==
          " /uniqueItems: the items 0 and 2 are equal, all must differ\n");
    CHECK(said(R"({"contains":{"const":1}})", "[2]") ==
          " /contains: 0 items match, at least 1 must\n");
    CHECK(said(R"({"minProperties":1})", "{}") ==
          " /minProperties: the object has 0 members, it must have at least 1\n");
    CHECK(said(R"({"propertyNames":{"maxLength":1}})", R"({"ab":1})") ==
          "/ab /propertyNames/maxLength: \"ab\" has 2 characters, it must have at most 1\n");
    CHECK(said(R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})") ==
          " /dependentRequired/a: the member \"b\" is missing, which \"a\" needs\n");
    CHECK(said(R"({"properties":{"a":true},"unevaluatedProperties":false})", R"({"a":1,"b":2})") ==
          "/b /unevaluatedProperties: no value is allowed here\n");
}

TEST_CASE("explain: alternatives", "[schema]")
{
    CHECK(said(R"({"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]})", "3") ==
          " /anyOf: 3 matches none of the 2 alternatives\n"
          " /anyOf/1/minimum: 3 must be at least 5\n");
    CHECK(said(R"({"anyOf":[{"maximum":1},{"minimum":5}]})", "3") ==
          " /anyOf: 3 matches none of the 2 alternatives\n");
    CHECK(said(R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "3") ==
          " /oneOf: 3 matches the alternatives 0 and 1, it must match one only\n");
    CHECK(said(R"({"not":{"type":"integer"}})", "3") == " /not: 3 is what the schema excludes\n");
    CHECK(said(R"({"if":{"type":"integer"},"then":{"minimum":5}})", "3") ==
          " /then/minimum: 3 must be at least 5\n");
    CHECK(said("false", "3") == " : no value is allowed here\n");
}

TEST_CASE("explain: the path of a reference is where it leads", "[schema]")
{
    CHECK(said(R"({"items":{"$ref":"#/$defs/a~1b"},"$defs":{"a/b":{"maximum":1}}})", "[2]") ==
          "/0 /$defs/a~1b/maximum: 2 must be at most 1\n");
}

TEST_CASE("explain: no more failures than asked for", "[schema]")
{
    CHECK(explain(R"({"items":{"type":"string"}})", "[1,2,3,4,5,6]", 2).size() == 2);
    CHECK(explain(R"({"items":{"type":"string"}})", "[1,2]", 0).size() == 1);
    CHECK(explain(R"({"items":{"type":"string"}})", R"(["a"])", 5).empty());
}
