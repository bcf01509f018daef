// SPDX-License-Identifier: Apache-2.0
#include "common/base/time.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;
using namespace std::chrono_literals;

TEST_CASE("poll time-out: a wait is never for ever", "[base]")
{
    CHECK(poll_timeout(250ms) == 250);
    CHECK(poll_timeout(-1ms) == 0);
    CHECK(poll_timeout(milliseconds::max()) == std::numeric_limits<int>::max());
}

TEST_CASE("poll time-out: a deadline is not missed by a hair", "[base]")
{
    const Monotonic now{1h};
    CHECK(poll_timeout(now + 2ms, now) == 2);
    CHECK(poll_timeout(now + 1ns, now) == 1);
    CHECK(poll_timeout(now, now) == 0);
    CHECK(poll_timeout(now - 5s, now) == 0);
    CHECK(poll_timeout(Monotonic{}, now) == 0);
    CHECK(poll_timeout(Monotonic::max(), now) == std::numeric_limits<int>::max());
    CHECK(poll_timeout(Monotonic::min(), now) == 0);
}
