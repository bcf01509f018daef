// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/pacer.hpp"

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

TEST_CASE("pacer: a steady stream does not drift", "[sim]")
{
    CHECK(steady_position(0, 3) == 0ns);
    CHECK(steady_position(1, 3) == 333'333'333ns);
    CHECK(steady_position(3, 3) == 1s);
    CHECK(steady_position(3'000'000'000, 3) == 1'000'000'000s);
    CHECK(steady_position(1, 0.1) == 10s);
    CHECK(steady_position(7, 1e6) == 7us);
}

TEST_CASE("pacer: what is too far away to count is far away, not due", "[sim]")
{
    CHECK(steady_position(1, 1e-12) > 876'000h);
    CHECK(steady_position(1, 1e-300) > 876'000h);
    const auto timeline = Timeline::fixed_at(0, Speed{1e-6});
    CHECK(timeline.due(876'000h) > 876'000h);
    CHECK(timeline.ts(steady_position(1, 1e-300)) > 0);
    const auto moved = Timeline::moved_to(0, steady_position(2, 1e-300), Speed{std::nullopt});
    CHECK(moved.ts(steady_position(2, 1e-300)) == 0);
}

TEST_CASE("pacer: a stretch of time holds the messages that stand before its end", "[sim]")
{
    CHECK(steady_count(1s, 1'000) == 1'000);
    CHECK(steady_count(10s, 0.3) == 3);
    CHECK(steady_count(10s, 0.1) == 1);
    CHECK(steady_count(0s, 5) == 0);
    CHECK(steady_count(1ms, 1) == 1); // the first stands at 0
    for (const double rate : {0.7, 3.0, 1'000.0, 12'345.678}) {
        const auto count = steady_count(10s, rate);
        CHECK(steady_position(count - 1, rate) < 10s);
        CHECK(steady_position(count, rate) >= 10s - 1ns); // positions are cut to nanoseconds
    }
}

TEST_CASE("pacer: no message is ahead of the moment it is sent, and one is not behind", "[sim]")
{
    const EpochMs start = 1'767'225'600'000;
    const nanoseconds last = 10h;
    for (const auto& speed :
         {Speed{0.25}, Speed{1.0}, Speed{3.0}, Speed{10.0}, Speed{1'000.0}, Speed{std::nullopt}}) {
        const auto timeline = Timeline::moved_to(start, last, speed);
        milliseconds nearest = milliseconds::max();
        for (nanoseconds position = 0ns; position <= last; position += 10min) {
            const auto sent =
                start + std::chrono::floor<milliseconds>(timeline.due(position)).count();
            CHECK(timeline.ts(position) <= sent);
            nearest = std::min(nearest, milliseconds{sent - timeline.ts(position)});
        }
        CHECK(nearest <= 1ms);
    }
}

TEST_CASE("pacer: at full speed the last message carries the start of the run", "[sim]")
{
    const auto timeline = Timeline::moved_to(1'000'000, 60s, Speed{std::nullopt});
    CHECK(timeline.ts(60s) == 1'000'000);
    CHECK(timeline.ts(0s) == 940'000);
    CHECK(timeline.due(30s) == 0s);
}

TEST_CASE("pacer: a fixed first time is kept at any speed", "[sim]")
{
    const auto timeline = Timeline::fixed_at(5'000, Speed{10.0});
    CHECK(timeline.ts(0s) == 5'000);
    CHECK(timeline.ts(10s) == 15'000);
    CHECK(timeline.due(10s) == 1s);
}

TEST_CASE("pacer: the time of a moment is that of the message which is due then", "[sim]")
{
    const auto fixed = Timeline::fixed_at(5'000, Speed{10.0});
    CHECK(fixed.ts_at(1s) == 15'000);
    const auto moved = Timeline::moved_to(1'000'000, 60s, Speed{2.0});
    CHECK(moved.ts_at(moved.due(30s)) == moved.ts(30s));
}
