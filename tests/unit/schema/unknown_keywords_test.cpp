// SPDX-License-Identifier: Apache-2.0
#include "common/schema/unknown_keywords.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using tlm::schema::Draft;
using tlm::schema::unknown_keywords;

namespace {

/// `POINTER` or `POINTER MEANT` of each.
std::vector<std::string> hints(std::string_view text, Draft draft = Draft::v2020_12,
                               std::size_t most = 100)
{
    simdjson::dom::parser parser;
    std::vector<std::string> found;
    for (const auto& one :
         unknown_keywords(parser.parse(simdjson::padded_string{text}).value(), draft, most)) {
        found.push_back(one.pointer + (one.meant.empty() ? "" : " " + one.meant));
    }
    return found;
}

using Hints = std::vector<std::string>;

} // namespace

TEST_CASE("unknown keywords: what is mistyped is named where it stands", "[schema]")
{
    CHECK(hints(R"({"propeties":{},"type":"object"})") == Hints{"/propeties properties"});
    CHECK(hints(R"({"properties":{"a/b":{"requird":[]},"requird":{}}})") ==
          Hints{"/properties/a~1b/requird required"});
    CHECK(hints(R"({"anyOf":[{},{"zzzzzz":1}]})") == Hints{"/anyOf/1/zzzzzz"});
    CHECK(hints("true").empty());
}

TEST_CASE("unknown keywords: each draft knows its own", "[schema]")
{
    CHECK(hints(R"({"dependentRequired":{}})", Draft::v7).size() == 1);
    CHECK(hints(R"({"dependentRequired":{}})", Draft::v2019_09).empty());
    CHECK(hints(R"({"id":"a"})", Draft::v4).empty());
    CHECK(hints(R"({"id":"a"})", Draft::v7) == Hints{"/id $id"});
    CHECK(hints(R"({"prefixItems":[]})", Draft::v7).size() == 1);
    CHECK(hints(R"({"$schema":"http://json-schema.org/draft-07/schema#","minContains":1})") ==
          Hints{"/minContains contains"});
}

TEST_CASE("unknown keywords: values, names with x- and other vocabularies are left alone",
          "[schema]")
{
    CHECK(hints(R"({"const":{"propeties":1},"enum":[{"a":1}],"default":{"b":1}})").empty());
    CHECK(hints(R"({"x-unit":"C","$comment":"c"})").empty());
    CHECK(hints(R"({"$schema":"http://example.com/mine","unit":"C"})").empty());
}

TEST_CASE("unknown keywords: no more than asked for", "[schema]")
{
    CHECK(hints(R"({"a1":1,"a2":1,"a3":1})", Draft::v2020_12, 2).size() == 2);
}
