// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/lag.hpp"

#include <limits>

using namespace tlm::sim;
using std::chrono::nanoseconds;

TEST_CASE("lag: quantiles are never too low and at most 7 % too high", "[sim]")
{
    constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 2;
    for (const std::int64_t value :
         std::initializer_list<std::int64_t>{1, 15, 16, 31, 32, 1'000, 123'456'789, kHuge}) {
        LagHistogram lag;
        lag.add(nanoseconds{value});
        const auto seen = lag.quantile(0.99).count();
        CHECK(seen >= value);
        CHECK(static_cast<double>(seen) <= static_cast<double>(value) * 1.07);
    }
}

TEST_CASE("lag: the extremes of the range have a bucket", "[sim]")
{
    LagHistogram lag;
    lag.add(nanoseconds::max());
    lag.add(nanoseconds{-5});
    CHECK(lag.count() == 2);
    CHECK(lag.quantile(0.5).count() == 0);
    CHECK(lag.quantile(1).count() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("lag: a quantile is the lag that its share does not exceed", "[sim]")
{
    LagHistogram lag;
    for (int i = 1; i <= 100; ++i) {
        lag.add(nanoseconds{i < 100 ? 10 : 5'000});
    }
    CHECK(lag.quantile(0.99).count() == 10);
    CHECK(lag.quantile(0.991).count() >= 5'000);
    CHECK(LagHistogram{}.quantile(0.99).count() == 0);
}
