// SPDX-License-Identifier: Apache-2.0
#include "common/base/units.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;

TEST_CASE("units: durations are read and written", "[base]")
{
    CHECK(parse_duration("0") == milliseconds{0});
    CHECK(parse_duration("250ms") == milliseconds{250});
    CHECK(parse_duration("5s") == milliseconds{5'000});
    CHECK(parse_duration("1h30m") == milliseconds{5'400'000});
    CHECK(parse_duration("7d") == milliseconds{604'800'000});
    for (const auto* text : {"", "5", "s", "5s1h", "1h1h", "-5s", "1.5s", "5 s", "5x",
                             "9999999999999999999d", "106751991168d"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
    for (const auto* text : {"0", "1ms", "1d2h3m4s5ms", "1h30m"}) {
        CHECK(format_duration(*parse_duration(text)) == text);
    }
}

TEST_CASE("units: sizes are read and written", "[base]")
{
    CHECK(parse_size("65536") == 65'536U);
    CHECK(parse_size("64Ki") == 65'536U);
    CHECK(parse_size("1M") == 1'000'000U);
    CHECK(parse_size("2Gi") == 2'147'483'648U);
    for (const auto* text : {"", "Ki", "64kb", "-1", "1.5M", "99999999999Gi"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text));
    }
    CHECK(format_size(65'536) == "64Ki");
    CHECK(format_size(0) == "0");
    CHECK(format_size(1'001) == "1001");
}

TEST_CASE("units: RFC 3339 times are read and written", "[base]")
{
    CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == 0);
    CHECK(parse_rfc3339("2026-01-01T00:00:00.123Z") == 1'767'225'600'123);
    CHECK(parse_rfc3339("2026-01-01T01:00:00.1239+01:00") == 1'767'225'600'123);
    CHECK(parse_rfc3339("2025-12-31 19:00:00-05:00") == 1'767'225'600'000);
    CHECK(parse_rfc3339("2016-12-31T23:59:60Z") == parse_rfc3339("2017-01-01T00:00:00Z"));
    CHECK(parse_rfc3339("1969-12-31T23:59:59.5Z") == -500);
    for (const auto* text :
         {"", "2026-01-01", "2026-01-01T00:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
          "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1:00"}) {
        INFO(text);
        CHECK_FALSE(parse_rfc3339(text));
    }
    for (const EpochMs time : {EpochMs{0}, EpochMs{-500}, EpochMs{1'767'225'600'123}}) {
        CHECK(parse_rfc3339(format_rfc3339(time)) == time);
    }
}

TEST_CASE("units: points in time are read as users write them", "[base]")
{
    const EpochMs now = 1'767'225'600'000;
    CHECK(parse_time("-15m", now) == now - 900'000);
    CHECK(parse_time("1767225600", now) == now);
    CHECK(parse_time("1767225600000", now) == now);
    CHECK(parse_time("2026-01-01", now) == now);
    CHECK(parse_time("2026-01-01T00:00:00Z", now) == now);
    CHECK_FALSE(parse_time("yesterday", now));
    CHECK_FALSE(parse_time("99999999999999999999", now));
}

TEST_CASE("units: numbers admit nothing around them", "[base]")
{
    CHECK(parse_unsigned("42") == 42U);
    CHECK_FALSE(parse_unsigned("42 "));
    CHECK_FALSE(parse_unsigned("-1"));
    CHECK_FALSE(parse_unsigned(""));
    CHECK(parse_number("1.5") == 1.5);
    CHECK_FALSE(parse_number("inf"));
    CHECK_FALSE(parse_number("1.5x"));
}
