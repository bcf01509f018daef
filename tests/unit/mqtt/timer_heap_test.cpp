// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/timer_heap.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;
using namespace tlm::mqtt;
using namespace std::chrono_literals;

namespace {

Monotonic at(std::chrono::milliseconds time)
{
    return Monotonic{} + time;
}

} // namespace

TEST_CASE("timer heap: wakes in order of time, each once", "[mqtt]")
{
    TimerHeap timers{3};
    CHECK_FALSE(timers.next());
    timers.ask(0, at(30ms));
    timers.ask(1, at(10ms));
    timers.ask(2, at(20ms));
    CHECK(timers.next() == at(10ms));
    CHECK_FALSE(timers.pop(at(9ms)));
    CHECK(timers.pop(at(25ms)) == 1U);
    CHECK(timers.pop(at(25ms)) == 2U);
    CHECK_FALSE(timers.pop(at(25ms)));
    CHECK(timers.pop(at(30ms)) == 0U);
    CHECK_FALSE(timers.next());
}

TEST_CASE("timer heap: asking earlier counts, asking later does not disturb", "[mqtt]")
{
    TimerHeap timers{1};
    timers.ask(0, at(20ms));
    timers.ask(0, at(50ms)); // it is woken at 20 and asks again
    timers.ask(0, at(10ms));
    CHECK(timers.pop(at(15ms)) == 0U);
    timers.ask(0, at(50ms));
    CHECK_FALSE(timers.pop(at(49ms))); // what was left from before wakes nobody
    CHECK(timers.pop(at(50ms)) == 0U);
}
