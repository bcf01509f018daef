// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/group_lag.hpp"

#include <vector>

using namespace tlm;
using namespace tlm::replay;

namespace {

constexpr EpochMs kNow = 1'767'225'600'000;

GroupLag lag_of(std::optional<std::int64_t> committed, std::int64_t low, std::int64_t high)
{
    GroupLag lag;
    lag.topic = "t";
    lag.committed = committed;
    lag.low = low;
    lag.high = high;
    return lag;
}

} // namespace

TEST_CASE("lag counts from the committed offset to the end")
{
    CHECK(lag_of(10, 0, 15).offsets() == 5);
    CHECK(lag_of(10, 0, 15).next() == 10);
    CHECK(lag_of(15, 0, 15).offsets() == 0);
    CHECK(lag_of(15, 0, 15).next() == std::nullopt);
    // Retention was faster, or the topic was made anew.
    CHECK(lag_of(10, 12, 15).offsets() == 5);
    CHECK(lag_of(10, 12, 15).next() == 12);
    CHECK(lag_of(std::nullopt, 0, 15).offsets() == std::nullopt);
    CHECK(lag_of(std::nullopt, 0, 15).next() == std::nullopt);
}

TEST_CASE("a group beyond the end is not one that has read all")
{
    // As kafka-consumer-groups shows it.
    CHECK(lag_of(20, 0, 15).offsets() == -5);
    CHECK(lag_of(20, 0, 15).next() == std::nullopt);
    CHECK(lag_of(20, 0, 15).time(kNow) == std::nullopt);
    CHECK(lag_of(20, 0, 15).beyond_end());
    CHECK_FALSE(lag_of(15, 0, 15).beyond_end());
    CHECK_FALSE(lag_of(std::nullopt, 0, 15).beyond_end());
}

TEST_CASE("lag in time is the age of the oldest record not read")
{
    auto lag = lag_of(10, 0, 15);
    CHECK(lag.time(kNow) == std::nullopt);
    lag.oldest = kNow - 2'500;
    CHECK(lag.time(kNow) == milliseconds{2'500});
    lag.oldest = kNow + 60'000; // a device's clock is ahead
    CHECK(lag.time(kNow) == milliseconds{0});
    CHECK(lag_of(15, 0, 15).time(kNow) == milliseconds{0});
    CHECK(lag_of(std::nullopt, 0, 15).time(kNow) == std::nullopt);
}

TEST_CASE("lag is shown as a table and as lines of JSON")
{
    auto read = lag_of(10, 0, 15);
    read.oldest = kNow - 2'500;
    read.client_id = "c \"1\"";
    read.host = "/10.0.0.1";
    const std::vector<GroupLag> lags{read, lag_of(std::nullopt, 0, 7)};
    CHECK(lag_table("g", lags, kNow) ==
          "GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG         "
          "    SECONDS      HOST            CLIENT-ID\n"
          "g               t               0          10              15              5           "
          "    2.500        /10.0.0.1       c \"1\"\n"
          "g               t               0          -               7               -           "
          "    -            -               -\n");
    CHECK(lag_lines("g", lags, kNow) ==
          R"({"group":"g","topic":"t","partition":0,"committed":10,"end":15,"lag":5,)"
          R"("lagSeconds":2.500,"clientId":"c \"1\"","host":"/10.0.0.1"})"
          "\n"
          R"({"group":"g","topic":"t","partition":0,"committed":null,"end":7,"lag":null,)"
          R"("lagSeconds":null,"clientId":null,"host":null})"
          "\n");
}
