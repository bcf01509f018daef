// SPDX-License-Identifier: Apache-2.0
#include "common/base/speed.hpp"
#include "tests/support/catch.hpp"

using tlm::parse_speed;

TEST_CASE("speed: as users write it", "[base]")
{
    CHECK(parse_speed("1x")->factor == 1.0);
    CHECK(parse_speed("0.5x")->factor == 0.5);
    CHECK(parse_speed("10")->factor == 10.0);
    CHECK_FALSE(parse_speed("max")->factor);
    for (const auto* text : {"", "x", "0x", "-1x", "fast", "1xx", "inf", "1e300x", "1 x"}) {
        INFO(text);
        CHECK_FALSE(parse_speed(text));
    }
}
