// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/repeat_filter.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;
using namespace std::chrono_literals;

TEST_CASE("repeat filter: the same is said once an interval, then counted", "[kafka]")
{
    kafka::RepeatFilter filter(60s);
    const Monotonic start{};
    CHECK(filter.admit("broker 1 is down (after 3ms in state UP)", start) == 0U);
    CHECK_FALSE(filter.admit("broker 1 is down (after 9ms, 4 suppressed)", start + 59s));
    CHECK_FALSE(filter.admit("broker 2 is down", start + 59s));
    CHECK(filter.admit("topic t is gone", start + 59s) == 0U);
    CHECK(filter.admit("broker 1 is down", start + 60s) == 2U);
    CHECK_FALSE(filter.admit("broker 1 is down", start + 119s));
    filter.reset();
    CHECK(filter.admit("broker 1 is down", start + 119s) == 0U);
}

TEST_CASE("repeat filter: many different texts do not make it grow for ever", "[kafka]")
{
    kafka::RepeatFilter filter(60s);
    CHECK(filter.admit("first", {}) == 0U);
    for (int i = 0; i < 256; ++i) {
        const std::string text(static_cast<std::size_t>(i), 'x');
        CHECK(filter.admit(text, {}) == 0U);
    }
    CHECK(filter.admit("first", {}) == 0U); // forgotten, so said again
}
