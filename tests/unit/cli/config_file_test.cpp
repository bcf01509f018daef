// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/cli/config_file.hpp"
#include "tests/support/catch.hpp"

#include <cstdint>

namespace tlm::cli {

namespace {

std::string value_of(const std::string& text)
{
    const auto entries = parse_config("key = " + text + "\n", "f");
    REQUIRE(entries.size() == 1);
    return entries[0].value;
}

} // namespace

TEST_CASE("config file: lines, comments and where they are", "[cli]")
{
    const auto entries = parse_config("# head\n\n  a=1\r\nb-c =  two words  # why\nb-c=\n", "f");
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].key == "a");
    CHECK(entries[0].value == "1");
    CHECK(entries[0].where == "f:3");
    CHECK(entries[1].key == "b-c");
    CHECK(entries[1].value == "two words");
    CHECK(entries[2].value.empty());
    CHECK(entries[2].where == "f:5");
}

TEST_CASE("config file: a # begins a comment only after a blank", "[cli]")
{
    CHECK(value_of("a#b") == "a#b");
    CHECK(value_of("a #b") == "a");
    CHECK(value_of("#b").empty());
    CHECK(value_of("\"a #b\" # c") == "a #b");
}

TEST_CASE("config file: errors name the line", "[cli]")
{
    CHECK_THROWS_WITH(parse_config("a=1\nnonsense\n", "f"), "f:2: expected key = value");
    CHECK_THROWS_WITH(parse_config("=1", "f"), "f:1: expected key = value");
    CHECK_THROWS_WITH(parse_config("a=\"x", "f"), "f:1: the closing quote is missing");
    CHECK_THROWS_WITH(parse_config("a=\"x\\\"", "f"), "f:1: the closing quote is missing");
    CHECK_THROWS_WITH(parse_config("a=\"x\" y", "f"), "f:1: text after the closing quote");
    CHECK_THROWS_WITH(parse_config("a=\"\\t\"", "f"), Catch::Contains("f:1: after \\ in quotes"));
}

TEST_CASE("config file: whatever is quoted reads back the same", "[cli]")
{
    CHECK(quote_config_value("plain value") == "plain value");
    CHECK(quote_config_value("") == "\"\"");
    // All texts of up to four of the characters that mean something.
    const std::string alphabet = "a \"#\\\n\r\t=";
    std::size_t total = 1;
    for (int length = 0; length <= 4; ++length, total *= alphabet.size()) {
        for (std::size_t n = 0; n < total; ++n) {
            std::string text;
            std::size_t rest = n;
            for (int i = 0; i < length; ++i, rest /= alphabet.size()) {
                text += alphabet[rest % alphabet.size()];
            }
            const auto back =
                parse_config("k = " + quote_config_value(text) + "  # default\n", "f");
            if (back.size() != 1 || back[0].value != text) {
                FAIL("not read back: " << quote_config_value(text));
            }
        }
    }
}

TEST_CASE("properties file: values are taken as they are", "[cli]")
{
    const auto entries = parse_properties("# c\nsasl.password = a\"b #c=\\d\n", "f");
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].key == "sasl.password");
    CHECK(entries[0].value == "a\"b #c=\\d");
}

} // namespace tlm::cli
