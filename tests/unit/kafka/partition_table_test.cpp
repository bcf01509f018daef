// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/partition_table.hpp"
#include "tests/support/catch.hpp"

using namespace tlm::kafka;
using Commits = std::map<std::int32_t, std::int64_t>;

TEST_CASE("partition table: reading goes on at the position, before that at the start", "[kafka]")
{
    PartitionTable table;
    table.hold(3, 100);
    CHECK(table[3].next() == 100);
    table.find(3)->position = 105;
    CHECK(table[3].next() == 105);
    CHECK(table.held() == std::vector<std::int32_t>{3});
    CHECK(table.find(2) == nullptr);
    CHECK(table.find(-1) == nullptr);
    CHECK(table.find(4) == nullptr);
}

TEST_CASE("partition table: all have ended when every one that is held has", "[kafka]")
{
    PartitionTable table;
    table.hold(0, 0);
    table.hold(2, 0);
    table.find(0)->ended = true;
    CHECK_FALSE(table.all_ended());
    table.drop(2);
    CHECK(table.all_ended());
}

TEST_CASE("partition table: commits move forward and belong to what is held", "[kafka]")
{
    PartitionTable table;
    table.hold(0, 0);
    table.hold(1, 0);
    table.commit(0, 5);
    table.commit(0, 4);
    table.commit(1, 7);
    table.commit(9, 1);
    table.drop(1);
    CHECK(table.take_commits() == Commits{{0, 5}});
    CHECK_FALSE(table.has_commits());

    table.commit(0, 8);
    table.give_back({{0, 5}, {1, 7}});
    CHECK(table.take_commits() == Commits{{0, 8}});
}
