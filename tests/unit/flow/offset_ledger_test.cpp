// SPDX-License-Identifier: Apache-2.0
#include "common/flow/offset_ledger.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

using namespace tlm;

TEST_CASE("offset ledger: only a contiguous prefix may be committed", "[flow]")
{
    OffsetLedger ledger;
    for (const std::int64_t offset : {10, 11, 15}) {
        CHECK(ledger.open(0, offset));
    }
    CHECK(ledger.done(0, 11));
    CHECK_FALSE(ledger.take_committable(0));
    CHECK(ledger.settled() == 0);
    CHECK(ledger.done(0, 10));
    CHECK(ledger.take_committable(0) == 12);
    CHECK(ledger.settled() == 2);
    CHECK_FALSE(ledger.take_committable(0));
    CHECK(ledger.done(0, 15));
    CHECK(ledger.take_committable(0) == 16);
    CHECK(ledger.outstanding() == 0);
}

TEST_CASE("offset ledger: misuse is refused", "[flow]")
{
    OffsetLedger ledger;
    CHECK_FALSE(ledger.done(0, 1));
    CHECK(ledger.open(0, 5));
    CHECK_FALSE(ledger.open(0, 5));
    CHECK_FALSE(ledger.open(0, 4));
    CHECK_FALSE(ledger.done(0, 4));
    CHECK_FALSE(ledger.done(1, 5));
    CHECK(ledger.done(0, 5));
    CHECK_FALSE(ledger.done(0, 5));
}

TEST_CASE("offset ledger: a partition that was taken away is forgotten", "[flow]")
{
    OffsetLedger ledger;
    CHECK(ledger.open(0, 1));
    CHECK(ledger.open(1, 1));
    ledger.forget(0);
    CHECK(ledger.outstanding() == 1);
    CHECK_FALSE(ledger.done(0, 1));
    CHECK(ledger.open(0, 1));
}

TEST_CASE("offset ledger: in any order, no open offset is ever passed", "[flow]")
{
    std::mt19937 random{7}; // NOLINT: the same order in every run
    for (int round = 0; round < 200; ++round) {
        OffsetLedger ledger;
        std::vector<std::int64_t> order;
        std::int64_t offset = 0;
        for (int i = 0; i < 50; ++i) {
            offset += 1 + static_cast<std::int64_t>(random() % 3);
            REQUIRE(ledger.open(3, offset));
            order.push_back(offset);
        }
        std::set<std::int64_t> open(order.begin(), order.end());
        std::shuffle(order.begin(), order.end(), random);
        for (const auto done : order) {
            REQUIRE(ledger.done(3, done));
            open.erase(done);
            if (const auto committable = ledger.take_committable(3)) {
                REQUIRE((open.empty() || *committable <= *open.begin()));
            }
        }
        REQUIRE(ledger.outstanding() == 0);
    }
}
