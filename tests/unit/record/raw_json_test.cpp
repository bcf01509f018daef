// SPDX-License-Identifier: Apache-2.0
#include "common/record/raw_json.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace tlm;

namespace {

using Member = std::pair<std::string, std::string>;

std::vector<Member> members_of(std::string_view json)
{
    std::vector<Member> found;
    for (RawMembers members(json, 0); members.next();) {
        CHECK(json.substr(members.key_begin()).starts_with(members.key()));
        CHECK(json.substr(members.value_begin()).starts_with(members.value()));
        found.emplace_back(members.key(), members.value());
    }
    return found;
}

} // namespace

TEST_CASE("raw json: members are given as they are written", "[record]")
{
    CHECK(members_of("{}").empty());
    CHECK(members_of("[ ]").empty());
    CHECK(members_of(R"({ "a" : 1.50 ,"b\"}":"x,\\" , "c":{"d":[1,"]"]},"e":[],"f":null})") ==
          std::vector<Member>{{"\"a\"", "1.50"},
                              {R"("b\"}")", R"("x,\\")"},
                              {"\"c\"", R"({"d":[1,"]"]})"},
                              {"\"e\"", "[]"},
                              {"\"f\"", "null"}});
    CHECK(members_of(R"([1,{"a":2} , "x" ])") ==
          std::vector<Member>{{"", "1"}, {"", R"({"a":2})"}, {"", R"("x")"}});
}
