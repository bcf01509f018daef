// SPDX-License-Identifier: Apache-2.0
#include "common/base/backoff.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;

TEST_CASE("backoff: delays double up to the limit", "[base]")
{
    Backoff backoff{milliseconds{100}, milliseconds{1'000}};
    const double almost_one = 0.999999;
    CHECK(backoff.next(almost_one).count() == 99);
    CHECK(backoff.next(almost_one).count() == 199);
    CHECK(backoff.next(almost_one).count() == 399);
    CHECK(backoff.next(almost_one).count() == 799);
    CHECK(backoff.next(almost_one).count() == 999);
    for (int i = 0; i < 100; ++i) {
        CHECK(backoff.next(almost_one) <= milliseconds{1'000});
    }
}

TEST_CASE("backoff: the shortest delay is half of the first", "[base]")
{
    Backoff backoff{milliseconds{100}, milliseconds{1'000}};
    CHECK(backoff.next(0.0).count() == 50);
    CHECK(backoff.next(0.0).count() == 50);
}

TEST_CASE("backoff: a success makes the next delay short again", "[base]")
{
    Backoff backoff{milliseconds{100}, milliseconds{1'000}};
    (void)backoff.next(0.5);
    (void)backoff.next(0.5);
    CHECK(backoff.attempts() == 2);
    backoff.reset();
    CHECK(backoff.next(0.999999).count() == 99);
}
