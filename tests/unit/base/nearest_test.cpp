// SPDX-License-Identifier: Apache-2.0
#include "common/base/nearest.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace tlm;

TEST_CASE("nearest: edit distance", "[base]")
{
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("topic", "topic") == 0);
}

TEST_CASE("nearest: the nearest name, or none", "[base]")
{
    const std::vector<std::string> names{"topic", "to-topic", "group"};
    CHECK(nearest("topc", names) == "topic");
    CHECK(nearest("group-id", names) == "group");
    CHECK(nearest("zebra", names).empty());
}
