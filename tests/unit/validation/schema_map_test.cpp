// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/validation/schema_map.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::validation;

namespace {

std::string mistake(std::string_view text)
{
    try {
        static_cast<void>(SchemaMap::parse(text, "map"));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("schema map: the first line that fits names schema and rules", "[validation]")
{
    const auto map = SchemaMap::parse("# a comment\n"
                                      "tags.model x1-* pump.json pump.rules.json\n"
                                      "tags.model x2   pump.json \"other rules.json\"\n"
                                      "data.kind.of 7  valve.json\n"
                                      "topic devices/+/state state.json\r\n"
                                      "tags.model x3   pump.json pump.rules.json\n",
                                      "map");
    CHECK(map.schemas() ==
          std::vector<std::string>{"pump.json", "pump.json", "valve.json", "state.json"});
    CHECK(map.rules() == std::vector<std::string>{"pump.rules.json", "other rules.json", "", ""});
    CHECK(map.needs_topic());
    simdjson::dom::parser parser;
    simdjson::dom::parser tag_parser;
    const auto choose = [&](std::string_view topic, std::string_view tags, std::string_view data) {
        const simdjson::dom::element root = parser.parse(data.data(), data.size());
        const simdjson::dom::element tag_root = tag_parser.parse(tags.data(), tags.size());
        const auto index = map.choose({.data = root, .tags = &tag_root, .topic = topic});
        return index ? static_cast<int>(*index) : -1;
    };
    CHECK(choose("", R"({"model":"x1-9"})", "{}") == 0);
    CHECK(choose("", R"({"model":"x2"})", "{}") == 1);
    CHECK(choose("", R"({"model":"x3"})", "{}") == 0);
    CHECK(choose("", "{}", R"({"kind":{"of":7}})") == 2);
    CHECK(choose("devices/a/state", "{}", "{}") == 3);
    CHECK(choose("devices/a/b/state", "{}", "{}") == -1);
}

TEST_CASE("schema map: a line has three or four words", "[validation]")
{
    CHECK(mistake("topic a\n").find("map:1: a line is FIELD PATTERN SCHEMA [RULES]") == 0);
    CHECK(mistake("topic a b c\n").empty());
    CHECK(mistake("\ntopic a b c d\n").starts_with("map:2: "));
}

TEST_CASE("schema map: a pattern with MQTT's wildcards is a topic filter", "[validation]")
{
    CHECK(mistake("\ntopic devices/#/x p.json\n") ==
          "map:2: 'devices/#/x' has a '#' that is not the last level");
    CHECK(mistake("topic devices/+x/y p.json\n") ==
          "map:1: 'devices/+x/y' has a '+' that is not a whole level");
    CHECK(mistake("topic devices/*/x p.json\ntags.model a+b# p.json\n").empty());
}
