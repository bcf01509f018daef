// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/validate/in_flight.hpp"

using namespace tlm;
using namespace tlm::validate;

TEST_CASE("in flight: an offset is committable when all before it is done", "[validate]")
{
    InFlight in_flight({}, true);
    const auto first = in_flight.open(0, 10, 1);
    const auto second = in_flight.open(0, 11, 1);
    const auto other = in_flight.open(1, 5, 1);
    CHECK(in_flight.done(second));
    CHECK_FALSE(in_flight.take_committable(0));
    CHECK(in_flight.done(first));
    CHECK(in_flight.take_committable(0) == 12);
    CHECK_FALSE(in_flight.take_committable(1));
    CHECK(in_flight.outstanding() == 1);
    CHECK(in_flight.done(other));
    CHECK(in_flight.take_committable(1) == 6);
}

TEST_CASE("in flight: an unknown ticket, or one done before, is refused", "[validate]")
{
    InFlight in_flight({}, true);
    const auto ticket = in_flight.open(0, 1, 1);
    CHECK_FALSE(in_flight.done(ticket + 1));
    CHECK(in_flight.done(ticket));
    CHECK_FALSE(in_flight.done(ticket));
    CHECK_FALSE(in_flight.done(0));
}

TEST_CASE("in flight: it is bounded by items and by bytes", "[validate]")
{
    InFlight in_flight({.items = 2, .bytes = 100}, false);
    const auto first = in_flight.open(0, 1, 10);
    CHECK(in_flight.has_room());
    const auto second = in_flight.open(0, 2, 90);
    CHECK_FALSE(in_flight.has_room());
    CHECK(in_flight.done(second)); // the oldest is still open: its room is not free
    CHECK_FALSE(in_flight.has_room());
    CHECK(in_flight.done(first));
    CHECK(in_flight.has_room());
    CHECK_FALSE(in_flight.take_committable(0));
}

TEST_CASE("in flight: a partition that was taken away commits nothing", "[validate]")
{
    InFlight in_flight({}, true);
    const auto ticket = in_flight.open(3, 7, 1);
    in_flight.forget(3);
    CHECK(in_flight.done(ticket));
    CHECK_FALSE(in_flight.take_committable(3));
    CHECK(in_flight.outstanding() == 0);
}

TEST_CASE("in flight: what is held is there until it is done", "[validate]")
{
    InFlight in_flight({}, true);
    const auto ticket = in_flight.open(2, 9, 1);
    in_flight.hold(ticket, std::make_unique<Held>(Held{"value", "key", 5, {}}));
    REQUIRE(in_flight.held(ticket) != nullptr);
    CHECK(in_flight.held(ticket)->value == "value");
    CHECK(in_flight.position(ticket) == std::pair{2, std::int64_t{9}});
}
