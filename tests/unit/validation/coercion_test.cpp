// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/record/guarded_json.hpp"
#include "common/validation/coercion.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;
using namespace tlm::validation;

namespace {

/// The payload behind the rules; `=` when none applies.
std::string coerced(std::string_view values, std::string_view payload)
{
    const auto rules = parse_rules(R"({"values":)" + std::string{values} + "}", "rules");
    Coercion coercion(rules);
    GuardedJson json(32);
    const auto root = json.parse(payload);
    std::string out;
    return coercion.apply(std::get<simdjson::dom::element>(root), payload, out) ? out : "=";
}

std::string number(std::string_view form, std::string_view text)
{
    const auto out = coerced(R"({"/x":{"text":")" + std::string{form} + R"("}})",
                             R"({"x":")" + std::string{text} + R"("})");
    return out == "=" ? out : out.substr(5, out.size() - 6);
}

std::string converted(std::string_view rule, std::string_view value)
{
    const auto out =
        coerced(R"({"/x":)" + std::string{rule} + "}", R"({"x":)" + std::string{value} + "}");
    return out == "=" ? out : out.substr(5, out.size() - 6);
}

} // namespace

TEST_CASE("coercion: text becomes a number digit by digit", "[validation]")
{
    CHECK(number("point", "21.5") == "21.5");
    CHECK(number("comma", "21,5") == "21.5");
    CHECK(number("comma", "21.5") == "21.5");
    CHECK(number("point", " -007.50 ") == "-7.50");
    CHECK(number("point", "+3") == "3");
    CHECK(number("point", ".5") == "0.5");
    CHECK(number("point", "5.") == "5");
    CHECK(number("point", "000") == "0");
    CHECK(number("comma", "-,25") == "-0.25");
    CHECK(number("point", "0.12345678901234567890123") == "0.12345678901234567890123");
    for (const auto* text :
         {"21,5", "", " ", ".", "-", "--5", "1e3", "0x10", "1 000", "21.5C", "NaN", "1.000.000"}) {
        INFO(text);
        CHECK(number("point", text) == "=");
    }
    for (const auto* text : {"1.000,5", "1,000,000", ","}) {
        INFO(text);
        CHECK(number("comma", text) == "=");
    }
    CHECK(number("point", std::string(65, '1')) == "=");
}

TEST_CASE("coercion: units are converted without noise in the last digit", "[validation]")
{
    CHECK(converted(R"({"unit":"F to C"})", "70.7") == "21.5");
    CHECK(converted(R"({"unit":"F to C"})", "32") == "0");
    CHECK(converted(R"({"unit":"C to F"})", "21.5") == "70.7");
    CHECK(converted(R"({"unit":"mV to V"})", "3300") == "3.3");
    CHECK(converted(R"({"unit":"V to mV"})", "3.3") == "3300");
    CHECK(converted(R"({"unit":"K to C","decimals":2})", "300") == "26.85");
    CHECK(converted(R"({"scale":0.1,"offset":-40})", "615") == "21.5");
    CHECK(converted(R"({"scale":2})", "18446744073709551615") == "3.6893488147419103e+19");
    CHECK(converted(R"({"offset":1})", "-1") == "0");
    CHECK(converted(R"({"decimals":1})", "21.4499") == "21.4");
    CHECK(converted(R"({"text":"comma","unit":"F to C"})", R"("70,7")") == "21.5");
    // What does not fit stays for the schema to judge.
    CHECK(converted(R"({"unit":"F to C"})", R"("70.7")") == "=");
    CHECK(converted(R"({"unit":"F to C"})", "null") == "=");
    CHECK(converted(R"({"scale":1e300})", "1e300") == "=");
}

TEST_CASE("coercion: bytes outside the changed values stay as they are", "[validation]")
{
    CHECK(coerced(
              R"({"/b/1/v":{"text":"comma"},"/t":{"unit":"mV to V","rename":"volt"}})",
              R"( { "t" : 1500 ,"a":1.50, "b":[ {"v":"1"}, { "v" : "2,50" } ] , "z":"\u00e9"} )") ==
          R"( { "volt" : 1.5 ,"a":1.50, "b":[ {"v":"1"}, { "v" : 2.50 } ] , "z":"\u00e9"} )");
    // A key that is written with escapes is the same key.
    CHECK(coerced(R"({"/temp":{"text":"point"}})", R"({"a":{"x":"}"},"t\u0065mp":"7"})") ==
          R"({"a":{"x":"}"},"t\u0065mp":7})");
    CHECK(coerced(R"({"/a~1b/c~0d":{"text":"point"}})", R"({"a/b":{"c~d":"7"}})") ==
          R"({"a/b":{"c~d":7}})");
    CHECK(coerced(R"({"/x":{"text":"point"}})", R"({"y":"7"})") == "=");
    CHECK(coerced(R"({"/x":{"min":1}})", R"({"x":0})") == "=");
}

TEST_CASE("coercion: a rename never makes a key stand twice", "[validation]")
{
    CHECK(coerced(R"({"/f":{"rename":"c"}})", R"({"f":[1],"x":2})") == R"({"c":[1],"x":2})");
    CHECK(coerced(R"({"/f":{"rename":"a\"b"}})", R"({"f":1})") == R"({"a\"b":1})");
    CHECK(coerced(R"({"/f":{"unit":"F to C","rename":"c"}})", R"({"f":32,"c":1})") == "=");
    CHECK(coerced(R"({"/f":{"rename":"c"},"/g":{"rename":"c"}})", R"({"f":1,"g":2})") ==
          R"({"c":1,"g":2})");
    CHECK(coerced(R"({"/f":{"unit":"F to C","rename":"c"}})", R"({"f":"warm"})") == "=");
    CHECK(coerced(R"({"/a/0":{"rename":"c"}})", R"({"a":[1]})") == "=");
}

TEST_CASE("rules: every mistake is named with its place", "[validation]")
{
    const auto mistake = [](const std::string& text) -> std::string {
        try {
            static_cast<void>(parse_rules(text, "r.json"));
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::usage);
            return error.what();
        }
        return "";
    };
    const auto in_rule = [&mistake](const std::string& rule) {
        return mistake(R"({"values":{"/x":)" + rule + "}}");
    };
    CHECK(mistake("{").starts_with("r.json: not JSON"));
    CHECK(mistake("[]") == "r.json: must be an object");
    CHECK(mistake(R"({"value":{}})").starts_with("r.json: /value: is not known here"));
    CHECK(mistake(R"({"values":{"x":{}}})").starts_with("r.json: /values/x: the key must be"));
    CHECK(mistake(R"({"values":{"/x":{},"/x":{}}})") ==
          "r.json: /values/~1x: the key stands twice");
    CHECK(in_rule("1") == "r.json: /values/~1x: must be an object");
    CHECK(in_rule(R"({"mni":1})").starts_with("r.json: /values/~1x/mni: is no member of a rule"));
    CHECK(in_rule(R"({"min":"1"})") == "r.json: /values/~1x/min: must be a number");
    CHECK(in_rule(R"({"min":2,"max":1})").ends_with("min is above max"));
    CHECK(in_rule(R"({"scale":0})").ends_with("must not be 0"));
    CHECK(in_rule(R"({"step_per_s":0})").ends_with("must be above 0"));
    CHECK(
        in_rule(R"({"unit":"F to C","offset":1})").ends_with("has both unit and scale or offset"));
    CHECK(in_rule(R"({"unit":"C to D"})").find("scale and offset") != std::string::npos);
    CHECK(in_rule(R"({"text":"dot"})").ends_with(R"(must be "point" or "comma")"));
    CHECK(in_rule(R"({"stuck_readings":1})").ends_with("a whole number from 2 to 1000000000"));
    CHECK(in_rule(R"({"stuck_for":"0"})").find("must be a duration") != std::string::npos);
    CHECK(in_rule(R"({"rename":"seq"})").find("none that the envelope has") != std::string::npos);
    CHECK(mistake(R"({"values":{"/ts":{"text":"point"}}})").find("cannot be changed") !=
          std::string::npos);
    CHECK(mistake(R"({"values":{"/seq":{"min":1}}})").empty());
    CHECK(mistake("{}").empty());
}
