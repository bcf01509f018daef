// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/record/guarded_json.hpp"
#include "common/validation/schema_map.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;
using namespace tlm::validation;

namespace {

std::string mistake(std::string_view text)
{
    try {
        static_cast<void>(SchemaMap::parse(text, "map.json"));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("schema map: the first choice whose conditions all hold", "[validation]")
{
    const auto map = SchemaMap::parse(R"({"schemas":[
        {"topic":"devices/+/telemetry","tags":{"model":"x1"},"schema":"x1.json","rules":"x1.rules"},
        {"data":{"/type":"valve","/v":2,"/on":true},"schema":"valve.json"},
        {"topic":"raw/#","schema":null}]})",
                                      "map");
    GuardedJson json(32);
    const auto choose = [&](std::string_view topic, std::string_view tags, std::string_view data) {
        const auto root = json.parse(data);
        const auto index = map.choose(topic, tags, std::get<simdjson::dom::element>(root));
        return index ? static_cast<int>(*index) : -1;
    };
    CHECK(choose("devices/a/telemetry", R"({"site":"A","model":"x1"})", "{}") == 0);
    CHECK(choose("devices/a/telemetry", R"({"model":"x2"})", "{}") == -1);
    CHECK(choose("devices/a/telemetry", "", "{}") == -1);
    CHECK(choose("devices/a/state", R"({"model":"x1"})", "{}") == -1);
    CHECK(choose("t", "", R"({"type":"valve","v":2,"on":true})") == 1);
    CHECK(choose("t", "", R"({"type":"valve","v":2,"on":false})") == -1);
    CHECK(choose("t", "", R"({"type":"valve","v":2.0,"on":true})") == -1);
    CHECK(choose("raw/a/b", "", "{}") == 2);
    CHECK(map.choices()[0].schema == "x1.json");
    CHECK(map.choices()[0].rules == "x1.rules");
    CHECK(map.choices()[2].schema.empty());
}

TEST_CASE("schema map: filters match as MQTT's do", "[validation]")
{
    CHECK(filter_matches("a/b", "a/b"));
    CHECK(filter_matches("+/b", "a/b"));
    CHECK(filter_matches("#", "a/b"));
    CHECK(filter_matches("a/#", "a"));
    CHECK(filter_matches("a/#", "a/b/c"));
    CHECK(filter_matches("a/+", "a/"));
    CHECK(filter_matches("device.telemetry", "device.telemetry"));
    CHECK_FALSE(filter_matches("a/b", "a"));
    CHECK_FALSE(filter_matches("a", "a/b"));
    CHECK_FALSE(filter_matches("+", "a/b"));
    CHECK_FALSE(filter_matches("a/+/c", "a/b/d"));
}

TEST_CASE("schema map: every mistake is named with its place", "[validation]")
{
    CHECK(mistake("{}").find("schemas is missing or empty") != std::string::npos);
    CHECK(mistake(R"({"schemas":[]})").find("schemas is missing or empty") != std::string::npos);
    CHECK(mistake(R"({"schemas":{}})") == "map.json: /schemas: must be an array");
    CHECK(
        mistake(R"({"schemas":[{"schema":"a"},{}]})").starts_with("map.json: /schemas/1: has no"));
    CHECK(mistake(R"({"schemas":[{"schema":""}]})").starts_with("map.json: /schemas/0/schema: "));
    CHECK(mistake(R"({"schemas":[{"schema":"a","topic":"a/b+"}]})")
              .starts_with("map.json: /schemas/0/topic: must be an MQTT topic filter"));
    CHECK(mistake(R"({"schemas":[{"schema":"a","topic":"#/b"}]})").find("filter") !=
          std::string::npos);
    CHECK(mistake(R"({"schemas":[{"schema":"a","tags":{"m":1}}]})") ==
          "map.json: /schemas/0/tags/m: must be a string");
    CHECK(mistake(R"({"schemas":[{"schema":"a","data":{"/m":1.5}}]})")
              .starts_with("map.json: /schemas/0/data/~1m: must be"));
    CHECK(mistake(R"({"schemas":[{"schema":"a","data":{"m":1}}]})").find("JSON Pointer") !=
          std::string::npos);
    CHECK(mistake(R"({"schemas":[{"schema":"a","model":"x"}]})").find("is not known here") !=
          std::string::npos);
}
