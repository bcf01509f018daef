// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/ws/tick_pacer.hpp"

using namespace tlm;
using namespace tlm::ws;
using namespace std::chrono_literals;

TEST_CASE("tick pacer: the first change goes out at once, later ones keep the tick", "[ws]")
{
    TickPacer pacer{250ms};
    const Monotonic start{1h};
    CHECK(pacer.wait(start) == 0ms);
    pacer.ticked(start, 0ns);
    CHECK(pacer.wait(start) == 250ms);
    CHECK(pacer.wait(start + 100ms) == 150ms);
    CHECK(pacer.wait(start + 249500us) == 1ms);
    CHECK(pacer.wait(start + 10min) == 0ms);
}

TEST_CASE("tick pacer: a busy thread ticks less often, a calm one as asked", "[ws]")
{
    TickPacer pacer{250ms};
    Monotonic now{1h};
    std::chrono::nanoseconds cpu{0};
    pacer.ticked(now, cpu);
    for (int i = 0; i < 20; ++i) {
        now += pacer.tick();
        cpu += pacer.tick() * 9 / 10;
        pacer.ticked(now, cpu);
    }
    CHECK(pacer.tick() == 4000ms);

    now += 4000ms;
    cpu += 2000ms; // neither busy nor calm
    pacer.ticked(now, cpu);
    CHECK(pacer.tick() == 4000ms);

    for (int i = 0; i < 20; ++i) {
        now += pacer.tick();
        pacer.ticked(now, cpu);
    }
    CHECK(pacer.tick() == 250ms);
}
