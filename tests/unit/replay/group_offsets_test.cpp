// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/group_offsets.hpp"

using namespace tlm;
using namespace tlm::replay;

TEST_CASE("a reset is shown as kafka-consumer-groups shows it")
{
    std::vector<NewOffset> offsets{{"device.telemetry", 0, 17, 5}, {"t", 11, 0}};
    CHECK(reset_table("g1", offsets) ==
          "GROUP           TOPIC            PARTITION  NEW-OFFSET      OLD-OFFSET\n"
          "g1              device.telemetry 0          17              5\n"
          "g1              t                11         0               -\n");
    CHECK(reset_csv(offsets) == "device.telemetry,0,17\nt,11,0\n");
    offsets.front().old.reset();
    CHECK(parse_reset_csv(reset_csv(offsets), "f", "g1") == offsets);
}

TEST_CASE("exported offsets are read back, blank lines and carriage returns or not")
{
    CHECK(parse_reset_csv("a,0,5\r\n\n  \nb,1,6", "f", "g") ==
          std::vector<NewOffset>{{"a", 0, 5}, {"b", 1, 6}});
    CHECK(parse_reset_csv("", "f", "g").empty());
}

TEST_CASE("of the exported offsets of several groups one group's count")
{
    CHECK(parse_reset_csv("g,a,0,5\nh,a,0,6\ng,a,1,7\n", "f", "g") ==
          std::vector<NewOffset>{{"a", 0, 5}, {"a", 1, 7}});
    CHECK(parse_reset_csv("g,a,0,5\n", "f", "i").empty());
}

TEST_CASE("a line that is no offset names itself")
{
    const auto [text, says] = GENERATE(table<std::string, std::string>({
        {"a,0", "plan.csv:1: the line is not topic,partition,offset, nor "
                "group,topic,partition,offset"},
        {"x,g,a,0,5", "plan.csv:1: the line is not topic,partition,offset, nor "
                      "group,topic,partition,offset"},
        {"g,a,0,x", "plan.csv:1: the line ends with no offset"},
        {"a,0,5\nb c,0,5", "plan.csv:2: the line begins with no topic's name"},
        {"a,-1,5", "plan.csv:1: the line has no partition's number between the commas"},
        {"a,99999999999,5", "plan.csv:1: the line has no partition's number between the commas"},
        {"a,0,5x", "plan.csv:1: the line ends with no offset"},
        {"a,0,", "plan.csv:1: the line ends with no offset"},
        {"a,0,99999999999999999999", "plan.csv:1: the line ends with no offset"},
        {"a,0,1\na,0,2", "plan.csv:2: the line names a partition that an earlier line has named"},
    }));
    CHECK_THROWS_WITH(parse_reset_csv(text, "plan.csv", "g"), says);
}
