// SPDX-License-Identifier: Apache-2.0
#include "common/validation/rate_limiter.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using namespace tlm;
using namespace tlm::validation;

namespace {

int allowed(const RateLimiter& limiter, Bucket& bucket, EpochMs now, int attempts)
{
    int count = 0;
    for (int i = 0; i < attempts; ++i) {
        count += limiter.allow(bucket, now) ? 1 : 0;
    }
    return count;
}

} // namespace

TEST_CASE("rate: is written as a count for a unit of time", "[validation]")
{
    const auto rate = [](std::string_view text) { return parse_rate(text).value(); };
    CHECK(rate("10/s,burst=50").per_second == 10);
    CHECK(rate("10/s,burst=50").burst == 50);
    CHECK(rate("10/s").burst == 10);
    CHECK(rate("0.5/s").burst == 1);
    CHECK(rate("90/m").per_second == 1.5);
    CHECK(rate("90/m").burst == 2);
    CHECK(rate("3600/h").per_second == 1);
    CHECK(rate("1/d").per_second == Approx(1.0 / 86'400));
    for (const auto* text : {"", "10", "/s", "10/", "10/w", "0/s", "-1/s", "1e9/s", "0.5/d",
                             "10/s,", "10/s,burst=", "10/s,burst=0", "10/s,burst=1.5",
                             "10/s,limit=3", "10/s,burst=1000001", "10,burst=5/s", "nan/s"}) {
        INFO(text);
        CHECK_FALSE(parse_rate(text));
    }
}

TEST_CASE("rate limiter: a burst at once, then the rate, never more", "[validation]")
{
    const RateLimiter limiter(parse_rate("10/s,burst=50").value());
    Bucket bucket;
    const EpochMs start = 1'767'225'600'000;
    CHECK(allowed(limiter, bucket, start, 1'000) == 50);
    CHECK(allowed(limiter, bucket, start + 99, 10) == 0);
    CHECK(allowed(limiter, bucket, start + 100, 10) == 1);
    CHECK(allowed(limiter, bucket, start + 1'100, 100) == 10);
    CHECK(allowed(limiter, bucket, start + 100'000, 1'000) == 50);
}

TEST_CASE("rate limiter: a steady sender at the rate is never refused", "[validation]")
{
    const RateLimiter limiter(parse_rate("3/s,burst=1").value());
    Bucket bucket;
    int count = 0;
    for (EpochMs now = 1'000; now < 1'000'000; now += 334) {
        count += limiter.allow(bucket, now) ? 0 : 1;
    }
    CHECK(count == 0);
}

TEST_CASE("rate limiter: a clock that jumps shuts nobody out", "[validation]")
{
    const RateLimiter limiter(parse_rate("1/s,burst=5").value());
    Bucket bucket;
    CHECK(allowed(limiter, bucket, std::numeric_limits<EpochMs>::max(), 9) == 5);
    CHECK(allowed(limiter, bucket, 1'767'225'600'000, 9) == 5);
    CHECK(allowed(limiter, bucket, 1'767'225'600'000 - 3'600'000, 9) == 5);
    CHECK(allowed(limiter, bucket, std::numeric_limits<EpochMs>::min(), 9) == 5);
}
