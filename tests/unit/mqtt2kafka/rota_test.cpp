// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/drop_watch.hpp"
#include "tools/mqtt2kafka/head_age.hpp"
#include "tools/mqtt2kafka/rota.hpp"

using namespace std::chrono_literals;
using tlm::Monotonic;
using tlm::mqtt2kafka::DropWatch;
using tlm::mqtt2kafka::HeadAge;
using tlm::mqtt2kafka::Rota;
using tlm::mqtt2kafka::RotaOptions;

namespace {

constexpr Monotonic kStart{1h};

/// Connects wherever the rota wants to be.
struct Rig {
    Rota rota;
    Monotonic now = kStart;

    explicit Rig(std::size_t brokers, RotaOptions options = {}) : rota(brokers, options)
    {
        rota.subscribed(now);
    }

    void go()
    {
        const auto wanted = rota.wanted(now);
        REQUIRE(wanted);
        rota.go(*wanted, now);
        rota.subscribed(now);
    }

    void visit(bool with_messages)
    {
        go();
        if (with_messages) {
            rota.heard(now);
        }
        now += 500ms;
        go();
    }
};

} // namespace

TEST_CASE("rota: one broker is never left", "[mqtt2kafka]")
{
    Rig rig{1};
    rig.now += 24h;
    CHECK_FALSE(rig.rota.wanted(rig.now));
    rig.rota.lost(rig.now);
    CHECK(rig.rota.current() == 0);
}

TEST_CASE("rota: every broker is visited at the start, then home again", "[mqtt2kafka]")
{
    Rig rig{3};
    for (const std::size_t other : {1U, 2U}) {
        rig.go();
        CHECK(rig.rota.current() == other);
        CHECK_FALSE(rig.rota.wanted(rig.now));
        CHECK_FALSE(rig.rota.settled(rig.now));
        rig.now += 500ms;
        rig.go();
        CHECK(rig.rota.current() == 0);
    }
    CHECK(rig.rota.settled(rig.now));
}

TEST_CASE("rota: a visit lasts while messages come, but not for ever", "[mqtt2kafka]")
{
    Rig rig{2};
    rig.go();
    for (int i = 0; i < 12; ++i) {
        rig.now += 400ms;
        CHECK_FALSE(rig.rota.wanted(rig.now));
        rig.rota.heard(rig.now);
    }
    rig.now += 400ms;
    CHECK(rig.rota.wanted(rig.now) == 0U);
}

TEST_CASE("rota: visits that find nothing become rare, one that finds something does not",
          "[mqtt2kafka]")
{
    Rig rig{2};
    for (const auto pause : {4s, 8s, 16s, 32s, 60s, 60s}) {
        rig.visit(false);
        rig.now += pause - 1ms;
        CHECK_FALSE(rig.rota.wanted(rig.now));
        rig.now += 1ms;
        CHECK(rig.rota.wanted(rig.now) == 1U);
    }
    rig.visit(true);
    rig.now += 2s;
    CHECK(rig.rota.wanted(rig.now) == 1U);
}

TEST_CASE("rota: a lost broker is followed by the next, and the first that answers is home",
          "[mqtt2kafka]")
{
    Rig rig{3};
    rig.visit(false);
    rig.visit(false);
    rig.rota.lost(rig.now);
    CHECK(rig.rota.current() == 1);
    rig.rota.lost(rig.now);
    CHECK(rig.rota.current() == 2);
    CHECK_FALSE(rig.rota.wanted(rig.now)); // not subscribed anywhere
    rig.rota.subscribed(rig.now);
    CHECK_FALSE(rig.rota.wanted(rig.now));

    rig.now += 2s;
    CHECK(rig.rota.wanted(rig.now) == 0U);
    rig.rota.silent(0, rig.now);
    CHECK(rig.rota.wanted(rig.now) == 1U);
    rig.go(); // stands before the third: the new home
    CHECK_FALSE(rig.rota.wanted(rig.now));
    rig.now += 2s;
    CHECK(rig.rota.wanted(rig.now) == 0U);
    rig.go();
    rig.now += 2s;
    rig.visit(false); // what came to the second after it was left
    rig.go();         // and to the third
    CHECK(rig.rota.current() == 2);
}

TEST_CASE("rota: a failed visit ends at home, one whose home has gone is a stay", "[mqtt2kafka]")
{
    Rig rig{2};
    rig.go();
    SECTION("the visited one fails")
    {
        rig.rota.lost(rig.now);
        CHECK(rig.rota.current() == 0);
        rig.rota.subscribed(rig.now);
        for (const auto pause : {4s, 8s, 16s, 32s, 60s, 60s}) { // ever less often
            rig.now += pause - 1ms;
            CHECK_FALSE(rig.rota.wanted(rig.now));
            rig.now += 1ms;
            rig.go();
            CHECK(rig.rota.visiting());
            rig.rota.lost(rig.now);
            rig.rota.subscribed(rig.now);
            CHECK(rig.rota.current() == 0);
        }
    }
    SECTION("home fails")
    {
        rig.now += 1s;
        CHECK(rig.rota.wanted(rig.now) == 0U);
        rig.rota.silent(0, rig.now);
        CHECK(rig.rota.settled(rig.now));
        CHECK(rig.rota.current() == 1);
    }
}

TEST_CASE("rota: brokers of a cluster are not visited", "[mqtt2kafka]")
{
    Rig rig{3, RotaOptions{.cluster = true}};
    rig.now += 1h;
    CHECK(rig.rota.settled(rig.now));
    rig.rota.lost(rig.now);
    CHECK(rig.rota.current() == 1);
    rig.rota.subscribed(rig.now);
    rig.now += 1h;
    CHECK(rig.rota.settled(rig.now));
}

TEST_CASE("head age: a window that comes again is as old as it was", "[mqtt2kafka]")
{
    HeadAge head;
    CHECK_FALSE(head.oldest(std::nullopt));
    CHECK(head.oldest(kStart) == kStart);
    head.lost(kStart, 3);
    head.lost(kStart + 10s, 2);
    CHECK(head.oldest(std::nullopt) == kStart);
    CHECK(head.oldest(kStart + 20s) == kStart);
    head.released(2);
    CHECK(head.oldest(std::nullopt) == kStart);
    head.released(5);
    CHECK(head.oldest(kStart + 20s) == kStart + 20s);
    head.lost(kStart, 1);
    head.forget();
    CHECK_FALSE(head.oldest(std::nullopt));
}

TEST_CASE("drop watch: tells growth, once a minute", "[mqtt2kafka]")
{
    DropWatch watch;
    Monotonic now = kStart;
    CHECK(watch.grown(std::nullopt, now) == 0);
    CHECK(watch.grown(70, now) == 0); // before our time
    CHECK(watch.grown(75, now) == 5);
    CHECK(watch.grown(80, now) == 0);
    now += 1min;
    CHECK(watch.grown(82, now) == 7);
    now += 1min;
    CHECK(watch.grown(82, now) == 0);
    CHECK(watch.grown(3, now) == 3); // the broker has begun anew
    CHECK(watch.counter() == 3);
}
