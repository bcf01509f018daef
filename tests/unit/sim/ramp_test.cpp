// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/holes.hpp"
#include "tools/sim/ramp.hpp"

using namespace tlm::sim;
using namespace std::chrono_literals;

TEST_CASE("ramp: all at once", "[sim]")
{
    const auto ramp = Ramp::at_once(1'000);
    CHECK(ramp.open_at(0ns) == 1'000);
    CHECK_FALSE(ramp.next_growth(0ns));
    CHECK(ramp.connections() == 1'000);
}

TEST_CASE("ramp: so many a second, the first at once", "[sim]")
{
    const auto ramp = Ramp::at_rate(101, 10);
    CHECK(ramp.open_at(0ns) == 1);
    CHECK(ramp.next_growth(0ns) == 100ms);
    CHECK(ramp.open_at(5s) == 51);
    CHECK(ramp.open_at(10s) == 101);
    CHECK_FALSE(ramp.next_growth(10s));
    CHECK(ramp.steepest() == Approx(10));
}

TEST_CASE("ramp: straight lines between stages, and jumps", "[sim]")
{
    const auto ramp = parse_ramp("0:100,10s:200,10s:500,1m:500");
    REQUIRE(ramp);
    CHECK(ramp->open_at(0s) == 100);
    CHECK(ramp->open_at(5s) == 150);
    CHECK(ramp->next_growth(5s) == 5s + 100ms);
    CHECK(ramp->open_at(10s) == 500);
    CHECK_FALSE(ramp->next_growth(10s));
    CHECK(ramp->steepest() == Approx(300));
    CHECK(format_ramp(*ramp) == "0:100,10s:200,10s:500,1m:500");
    const auto late = parse_ramp("5s:1,6s:2");
    REQUIRE(late);
    CHECK(late->open_at(4s) == 0);
    CHECK(late->next_growth(0s) == 5s);
}

TEST_CASE("ramp: every step of a stage is found by going from growth to growth", "[sim]")
{
    const auto ramp = Ramp::at_rate(1'000, 333);
    auto now = 0ns;
    std::uint32_t open = ramp.open_at(now);
    while (const auto next = ramp.next_growth(now)) {
        REQUIRE(*next > now);
        now = *next;
        REQUIRE(ramp.open_at(now) <= open + 1);
        open = ramp.open_at(now);
    }
    CHECK(open == 1'000);
}

TEST_CASE("ramp: what is none", "[sim]")
{
    for (const auto* text : {"", "100", "0:", "0:-1", "5:10", "0:10,", "10s:1,5s:2", "0:10,5s:9"}) {
        CHECK_FALSE(parse_ramp(text));
    }
}

TEST_CASE("holes: each connection fills them differently", "[sim]")
{
    CHECK(fill_holes("certs/{deviceId}.pem", "sim-00001", 1) == "certs/sim-00001.pem");
    CHECK(fill_holes("{connection}-{deviceId}-{connection}", "a", 12) == "12-a-12");
    CHECK(has_hole("x{connection}"));
    CHECK_FALSE(has_hole("{device}"));
}
