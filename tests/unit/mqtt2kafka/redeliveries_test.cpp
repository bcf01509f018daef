// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/redeliveries.hpp"

using tlm::mqtt2kafka::Digest;
using tlm::mqtt2kafka::Marks;
using tlm::mqtt2kafka::Place;
using tlm::mqtt2kafka::Redeliveries;

namespace {

constexpr Digest kA{1, 1};
constexpr Digest kB{2, 2};
constexpr Digest kC{3, 3};

/// As after the start of a connection on which the broker sent something new.
Redeliveries settled()
{
    Redeliveries redeliveries;
    redeliveries.nothing_expected();
    return redeliveries;
}

} // namespace

TEST_CASE("redeliveries: what is expected is recognised as often as it was expected",
          "[mqtt2kafka]")
{
    Redeliveries redeliveries;
    redeliveries.expect(kA);
    redeliveries.expect(kA);
    CHECK_FALSE(redeliveries.recognise(kB));
    CHECK(redeliveries.recognise(kA));
    CHECK(redeliveries.recognise(kA));
    CHECK_FALSE(redeliveries.recognise(kA));
}

TEST_CASE("redeliveries: without a proof what was acknowledged may come again", "[mqtt2kafka]")
{
    auto redeliveries = settled();
    redeliveries.acknowledged(kA, Place{0, 5});
    redeliveries.asked();
    redeliveries.acknowledged(kB, Place{0, 6});
    SECTION("no answer: both")
    {
        redeliveries.connection_lost();
        CHECK(redeliveries.recognise(kA));
        CHECK(redeliveries.recognise(kB));
    }
    SECTION("an answer: what came after the question")
    {
        CHECK(redeliveries.answered() == Marks{{{0, 6}}, {}});
        redeliveries.connection_lost();
        CHECK_FALSE(redeliveries.recognise(kA));
        CHECK(redeliveries.recognise(kB));
    }
    SECTION("an answer that was not asked for proves nothing")
    {
        REQUIRE(redeliveries.answered());
        CHECK(redeliveries.answered() == std::nullopt);
        redeliveries.connection_lost();
        CHECK(redeliveries.answered() == std::nullopt);
        CHECK(redeliveries.recognise(kB));
    }
    SECTION("the session is gone: nothing comes again")
    {
        redeliveries.connection_lost();
        redeliveries.session_lost();
        CHECK_FALSE(redeliveries.recognise(kA));
    }
}

TEST_CASE("redeliveries: recognised once more when its new acknowledgement is lost as well",
          "[mqtt2kafka]")
{
    Redeliveries redeliveries;
    redeliveries.expect(kA);
    REQUIRE(redeliveries.recognise(kA));
    redeliveries.acknowledged(kA, std::nullopt);
    redeliveries.connection_lost();
    CHECK(redeliveries.recognise(kA));
}

TEST_CASE("redeliveries: marks stand while something is expected", "[mqtt2kafka]")
{
    Redeliveries redeliveries;
    redeliveries.begin_at({{{0, 100}}, {}});
    redeliveries.expect(kA);
    redeliveries.expect(kB);
    REQUIRE(redeliveries.recognise(kA));
    redeliveries.acknowledged(kA, std::nullopt);
    redeliveries.asked();
    SECTION("the answer comes while B is expected")
    {
        redeliveries.message_came();
        CHECK(redeliveries.answered() == std::nullopt);
        CHECK(redeliveries.all_read() == std::nullopt);
    }
    SECTION("the broker answers in silence: B will not come again")
    {
        CHECK(redeliveries.answered() == Marks{{{0, 100}}, {}});
        CHECK_FALSE(redeliveries.recognise(kB));
    }
    SECTION("the last redelivery was acknowledged after the question")
    {
        redeliveries.message_came();
        redeliveries.acknowledged(kB, std::nullopt);
        redeliveries.acknowledged(kC, Place{0, 100});
        redeliveries.nothing_expected();
        CHECK(redeliveries.answered() == std::nullopt);
        REQUIRE(redeliveries.provable());
        redeliveries.asked();
        CHECK(redeliveries.answered() == Marks{{{0, 101}}, {}});
    }
}

TEST_CASE("redeliveries: at a clean end everything is proved", "[mqtt2kafka]")
{
    auto redeliveries = settled();
    redeliveries.acknowledged(kA, Place{2, 7});
    CHECK(redeliveries.all_read() == Marks{{{2, 8}}, {}});
    CHECK_FALSE(redeliveries.provable());
}

TEST_CASE("redeliveries: what is remembered without a proof is bounded", "[mqtt2kafka]")
{
    auto redeliveries = settled();
    for (std::size_t i = 0; i <= Redeliveries::kMost; ++i) {
        redeliveries.acknowledged(Digest{i, i}, std::nullopt);
    }
    redeliveries.connection_lost();
    CHECK(redeliveries.expected() <= Redeliveries::kMost);
    CHECK(redeliveries.recognise(Digest{Redeliveries::kMost, Redeliveries::kMost}));
}

TEST_CASE("redeliveries: marks wait until no broker has anything to repeat", "[mqtt2kafka]")
{
    Redeliveries redeliveries;
    redeliveries.begin_with(2);
    redeliveries.begin_at({{{0, 100}}, {}});
    redeliveries.expect(kA); // of whichever broker
    redeliveries.at(1);
    redeliveries.acknowledged(kB, Place{0, 100});
    redeliveries.nothing_expected();
    CHECK(redeliveries.all_read() == std::nullopt);
    redeliveries.connection_lost();
    redeliveries.at(0);
    CHECK(redeliveries.recognise(kA));
    redeliveries.acknowledged(kA, std::nullopt);
    redeliveries.asked();
    CHECK(redeliveries.answered() == Marks{{{0, 101}}, {}});
}

TEST_CASE("redeliveries: a broker that repeats late is waited for", "[mqtt2kafka]")
{
    Redeliveries redeliveries;
    redeliveries.come_late(true);
    redeliveries.expect(kA);
    redeliveries.expect(kB);
    redeliveries.nothing_expected(); // something new came first
    redeliveries.asked();
    CHECK(redeliveries.answered() == std::nullopt); // and silence says nothing
    CHECK(redeliveries.recognise(kA));
    SECTION("until its time is over")
    {
        redeliveries.come_late(false);
        redeliveries.nothing_expected();
    }
    SECTION("but not when the session is gone")
    {
        redeliveries.session_lost();
    }
    CHECK_FALSE(redeliveries.recognise(kB));
}

TEST_CASE("redeliveries: each topic has its marks", "[mqtt2kafka]")
{
    Redeliveries redeliveries;
    redeliveries.begin_at({{{0, 100}}, {{0, 7}, {1, 8}}});
    redeliveries.nothing_expected();
    redeliveries.acknowledged(kA, Place{0, 100});
    redeliveries.acknowledged(kB, Place{1, 20, Place::Topic::dead_letters});
    redeliveries.asked();
    CHECK(redeliveries.answered() == Marks{{{0, 101}}, {{0, 7}, {1, 21}}});
}
