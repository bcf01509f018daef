// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/lease_cycle.hpp"

using namespace std::chrono_literals;
using tlm::Monotonic;
using tlm::mqtt2kafka::LeaseAction;
using tlm::mqtt2kafka::LeaseCycle;
using tlm::mqtt2kafka::LeaseCycleOptions;
using tlm::mqtt2kafka::LeaseSeen;

namespace {

LeaseCycleOptions options()
{
    LeaseCycleOptions o;
    o.time = 9s;
    o.look_interval = 500ms;
    o.look_patience = 5s;
    return o;
}

constexpr Monotonic kStart{1h};

LeaseSeen at(Monotonic::duration after)
{
    LeaseSeen seen;
    seen.now = kStart + after;
    return seen;
}

LeaseSeen answer(Monotonic::duration after, std::size_t members)
{
    LeaseSeen seen = at(after);
    seen.members = members;
    return seen;
}

LeaseSeen given(Monotonic::duration after, Monotonic::duration renewed)
{
    LeaseSeen seen = at(after);
    seen.given = true;
    seen.renewed = kStart + renewed;
    return seen;
}

/// Has it since kStart.
LeaseCycle holder()
{
    LeaseCycle cycle{options()};
    REQUIRE(cycle.next(at(0s)) == LeaseAction::look);
    REQUIRE(cycle.next(answer(0s, 0)) == LeaseAction::join);
    REQUIRE(cycle.next(at(0s)) == LeaseAction::wait);
    REQUIRE(cycle.next(given(0s, 0s)) == LeaseAction::hold);
    return cycle;
}

} // namespace

TEST_CASE("lease: nobody joins while another holds it", "[mqtt2kafka]")
{
    LeaseCycle cycle{options()};
    CHECK(cycle.next(at(0s)) == LeaseAction::look);
    CHECK(cycle.next(at(10ms)) == LeaseAction::wait);
    CHECK(cycle.next(answer(20ms, 1)) == LeaseAction::wait);
    CHECK(cycle.next(answer(500ms, 1)) == LeaseAction::wait); // an old answer is none
    CHECK(cycle.next(answer(520ms, 1)) == LeaseAction::look);
    CHECK(cycle.next(answer(540ms, 2)) == LeaseAction::wait);
    CHECK(cycle.next(at(1040ms)) == LeaseAction::look);
    CHECK(cycle.next(answer(1050ms, 0)) == LeaseAction::join);
}

TEST_CASE("lease: a look that nobody answers is repeated after a while", "[mqtt2kafka]")
{
    LeaseCycle cycle{options()};
    CHECK(cycle.next(at(0s)) == LeaseAction::look);
    CHECK(cycle.next(at(4999ms)) == LeaseAction::wait);
    CHECK(cycle.next(at(5s)) == LeaseAction::look);
}

TEST_CASE("lease: trusted for two thirds of its time after each heartbeat", "[mqtt2kafka]")
{
    auto cycle = holder();
    CHECK(cycle.next(given(5999ms, 0s)) == LeaseAction::hold);
    CHECK(cycle.next(given(6s, 1s)) == LeaseAction::hold);
    CHECK(cycle.next(given(6999ms, 1s)) == LeaseAction::hold);
    CHECK(cycle.next(given(7s, 1s)) == LeaseAction::lose);
}

TEST_CASE("lease: what was lost is not found again", "[mqtt2kafka]")
{
    auto cycle = holder();
    SECTION("taken away")
    {
        CHECK(cycle.next(at(1s)) == LeaseAction::lose);
    }
    SECTION("a heartbeat that came too late, whatever it says")
    {
        auto seen = given(20s, 20s);
        seen.lapsed = true;
        CHECK(cycle.next(seen) == LeaseAction::lose);
    }
    SECTION("silence")
    {
        CHECK(cycle.next(given(8s, 1s)) == LeaseAction::lose);
    }
    CHECK(cycle.next(given(21s, 21s)) == LeaseAction::lose);
}

TEST_CASE("lease: wanted back in order, it may be used until it is given back", "[mqtt2kafka]")
{
    auto cycle = holder();
    auto seen = given(1s, 1s);
    seen.recalled = true;
    CHECK(cycle.next(seen) == LeaseAction::yield);
    CHECK(cycle.next(seen) == LeaseAction::yield);
    seen.now = kStart + 7s;
    CHECK(cycle.next(seen) == LeaseAction::lose);
}
