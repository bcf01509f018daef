// SPDX-License-Identifier: Apache-2.0
// What a schema must be, and what is said when it is not.
#include "tests/unit/schema/judge.hpp"

using Catch::Matchers::Contains;
using namespace tlm::schema;

TEST_CASE("compile: an error names the place and says what to do", "[schema]")
{
    CHECK_THAT(compile_error(""), Contains("not JSON"));
    CHECK_THAT(compile_error("{"), Contains("not JSON"));
    CHECK_THAT(compile_error("17"), Contains("at its root: a schema is an object, true or false"));
    CHECK_THAT(compile_error(R"({"maximum":1e999})"), Contains("int64, uint64 and double"));
    CHECK_THAT(compile_error(R"({"a":{"b":1,"b":2}})"), Contains("at /a/b: the key stands twice"));
    CHECK_THAT(compile_error(R"({"$schema":"http://example.com/x"})"),
               Contains("$schema 'http://example.com/x' is no draft known here"));
    CHECK_THAT(compile_error(R"({"$schema":7})"), Contains("$schema is not a string"));
    CHECK_THAT(compile_error(R"({"properties":{"a/b":{"pattern":"("}}})"),
               Contains("at /properties/a~1b/pattern: not a regular expression"));
    CHECK_THAT(compile_error(R"({"patternProperties":{"(":true}})"),
               Contains("at /patternProperties/(: not a regular expression"));
    CHECK_THAT(
        compile_error(R"({"pattern":"a{1,70000}"})"),
        Contains("at /pattern: a pattern beyond the limits of this program: a repeat count") &&
            Contains("65535; simplify it"));
    CHECK_THAT(compile_error(R"({"pattern":"(?<=a+)b"})"),
               Contains("at /pattern: a pattern beyond the limits of this program: "));
    CHECK_THAT(compile_error(R"({"items":{"$ref":"#/$defs/x"}})"),
               Contains("at /items: $ref '#/$defs/x' leads to nothing that is a schema"));
    CHECK_THAT(compile_error(R"({"$ref":"#x"})"), Contains("an anchor that is not there"));
    CHECK_THAT(compile_error(R"({"$ref":"other.json"})"),
               Contains("$ref 'other.json' leads to no document given with the schema"));
    CHECK_THAT(compile_error(R"({"$ref":"#/%zz"})"), Contains("malformed % escape"));
    CHECK_THAT(compile_error(R"({"$anchor":"a","items":{"$anchor":"a"}})"),
               Contains("at /items: the anchor 'a' stands at  already") ||
                   Contains("at /items: the anchor 'a'"));
}

TEST_CASE("compile: a keyword of the wrong type is an error", "[schema]")
{
    CHECK_THAT(compile_error(R"({"type":"strnig"})"), Contains("no type is called \"strnig\""));
    CHECK_THAT(compile_error(R"({"type":7})"), Contains("at /type: must be a string or an array"));
    CHECK_THAT(compile_error(R"({"minLength":-1})"),
               Contains("at /minLength: must be a whole number"));
    CHECK_THAT(compile_error(R"({"minLength":"3"})"), Contains("at /minLength"));
    CHECK_THAT(compile_error(R"({"maximum":"3"})"), Contains("at /maximum: must be a number"));
    CHECK_THAT(compile_error(R"({"multipleOf":0})"), Contains("must be more than 0"));
    CHECK_THAT(compile_error(R"({"required":"a"})"), Contains("at /required: must be an array"));
    CHECK_THAT(compile_error(R"({"required":["a",1]})"),
               Contains("at /required/1: must be a string"));
    CHECK_THAT(compile_error(R"({"properties":[]})"),
               Contains("at /properties: must be an object"));
    CHECK_THAT(compile_error(R"({"properties":{"a":1}})"),
               Contains("at /properties/a: must be a sch"));
    CHECK_THAT(compile_error(R"({"anyOf":[]})"), Contains("at /anyOf: must hold at least one"));
    CHECK_THAT(compile_error(R"({"allOf":[1]})"), Contains("at /allOf/0: must be a schema"));
    CHECK_THAT(compile_error(R"({"uniqueItems":1})"), Contains("at /uniqueItems: must be true or"));
    CHECK_THAT(compile_error(R"({"enum":1})"), Contains("at /enum: must be an array"));
    CHECK_THAT(compile_error(R"({"format":1})"), Contains("at /format: must be a string"));
    CHECK_THAT(compile_error(R"({"$ref":1})"), Contains("at /$ref: must be a string"));
}

TEST_CASE("compile: references in a circle are an error", "[schema]")
{
    const auto circle = Contains("round in a circle");
    CHECK_THAT(compile_error(R"({"$ref":"#"})"), circle);
    CHECK_THAT(compile_error(R"({"$schema":"http://json-schema.org/draft-07/schema","$ref":"#"})"),
               circle);
    CHECK_THAT(compile_error(R"({"allOf":[{"$ref":"#"}]})"), circle);
    CHECK_THAT(compile_error(R"({"items":{"anyOf":[{"$ref":"#/$defs/a"}]},
                                 "$defs":{"a":{"not":{"$ref":"#/items"}}}})"),
               circle);
    CHECK_THAT(compile_error(R"({"if":true,"then":{"$ref":"#"}})"), circle);
    CHECK_THAT(compile_error(R"({"dependentSchemas":{"a":{"$ref":"#"}}})"), circle);
    CHECK(compile_error(R"({"items":{"$ref":"#"},"properties":{"a":{"$ref":"#"}}})").empty());
}

TEST_CASE("compile: nesting without an end is an error, not an overflow", "[schema]")
{
    std::string deep;
    for (int i = 0; i < 5000; ++i) {
        deep += R"({"not":)";
    }
    CHECK_THAT(compile_error(deep + "true" + std::string(5000, '}')), Contains("nested deeper"));
    Options options;
    options.load = [](std::string_view uri) {
        return R"({"$schema":")" + std::string{uri} + R"(x"})";
    };
    CHECK_THAT(compile_error(R"({"$schema":"http://a"})", options), Contains("without an end"));
}

TEST_CASE("compile: the draft is that of $schema, else the default", "[schema]")
{
    const std::string_view exclusive = R"({"minimum":3,"exclusiveMinimum":true})";
    CHECK_FALSE(accepts(exclusive, "3", {Draft::v4, false, {}}));
    CHECK_THAT(compile_error(exclusive), Contains("at /exclusiveMinimum: must be a number"));
    const auto schema =
        Schema::compile(R"({"$schema":"http://json-schema.org/draft-06/schema#"})", "", {});
    CHECK(schema->draft() == Draft::v6);
    CHECK_FALSE(accepts(R"({"type":"integer"})", "1.0", {Draft::v4, false, {}}));
    CHECK(accepts(R"({"type":"integer"})", "1.0"));
}

TEST_CASE("compile: a meta-schema of one's own without a $schema has the default draft", "[schema]")
{
    Options options{Draft::v7, false, [](std::string_view) { return R"({"type":"object"})"; }};
    const auto schema = Schema::compile(R"({"$schema":"http://acme.example/meta"})", "", options);
    CHECK(schema->draft() == Draft::v7);
}

TEST_CASE("compile: other documents come from the loader, once each", "[schema]")
{
    std::vector<std::string> asked;
    Options options;
    options.load = [&](std::string_view uri) -> std::optional<std::string> {
        asked.emplace_back(uri);
        if (uri == "file:///s/types.json") {
            return R"({"$defs":{"n":{"type":"number"}}})";
        }
        return std::nullopt;
    };
    const auto schema = Schema::compile(R"({"properties":{"a":{"$ref":"types.json#/$defs/n"},
                                            "b":{"$ref":"types.json#/$defs/n"}}})",
                                        "file:///s/pump.json", options);
    CHECK(asked == std::vector<std::string>{"file:///s/types.json"});
    Validator validator{schema};
    const Parsed good{R"({"a":1,"b":2})"};
    CHECK(validator.accepts(*good));
    const Parsed bad{R"({"a":"x"})"};
    const auto failures = validator.explain(*bad, 10);
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].schema_path == "file:///s/types.json#/$defs/n/type");
}

TEST_CASE("compile: every meta-schema accepts itself, and is built in", "[schema]")
{
    for (const char* const uri :
         {"http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#",
          "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema",
          "https://json-schema.org/draft/2020-12/schema"}) {
        INFO(uri);
        const std::string schema = R"({"$ref":")" + std::string{uri} + R"("})";
        CHECK(accepts(schema, R"({"type":"object","properties":{"a":{"minLength":1}}})"));
        CHECK_FALSE(accepts(schema, R"({"properties":{"a":{"minLength":-1}}})"));
    }
}
