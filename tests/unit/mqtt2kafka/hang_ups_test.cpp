// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/hang_ups.hpp"

using namespace std::chrono_literals;
using tlm::Monotonic;
using tlm::mqtt2kafka::HangUps;

TEST_CASE("hang-ups: a broker that soon ends each connection is in a duel", "[mqtt2kafka]")
{
    HangUps hang_ups;
    Monotonic now{1h};
    for (int i = 1; i < HangUps::kTooMany; ++i) {
        CHECK_FALSE(hang_ups.hung_up(now, now + 500ms));
        now += 1s;
    }
    CHECK(hang_ups.hung_up(now, now + 500ms));
}

TEST_CASE("hang-ups: a broker that is away in between, or held for long, is not", "[mqtt2kafka]")
{
    HangUps hang_ups;
    const Monotonic now{1h};
    for (int i = 0; i < 20; ++i) {
        CHECK_FALSE(hang_ups.hung_up(now, now + 500ms));
        if (i % 2 == 0) {
            hang_ups.not_connected();
        } else {
            CHECK_FALSE(hang_ups.hung_up(now, now + 30s));
        }
    }
}
