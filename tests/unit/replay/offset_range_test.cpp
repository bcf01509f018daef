// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/offset_range.hpp"
#include "tools/replay/range_rules.hpp"

namespace {

using tlm::replay::Bound;
using tlm::replay::OffsetRange;
using tlm::replay::parse_partitions;
using tlm::replay::parse_range;
using tlm::replay::Ranges;
using At = Bound::At;

constexpr tlm::EpochMs kNow = 1'800'000'000'000;
constexpr tlm::EpochMs kDay = 1'767'225'600'000; // 2026-01-01
constexpr tlm::EpochMs kHour = 3'600'000;

void check(std::string_view text, Bound begin, Bound end)
{
    CAPTURE(text);
    const auto range = parse_range(text, kNow);
    REQUIRE(range);
    CHECK(range->begin == begin);
    CHECK(range->end == end);
}

TEST_CASE("range: offsets", "[range]")
{
    const Bound end{At::end};
    check("start", {At::start}, end);
    check("beginning", {At::start}, end);
    check("end", end, end);
    check("47", {At::offset, 47}, end);
    check("+5", {At::after_start, 5}, end);
    check("-50", {At::before_end, 50}, end);
    check("100:200", {At::offset, 100}, {At::offset, 200});
    check("-50:end", {At::before_end, 50}, end);
    check("-50:-10", {At::before_end, 50}, {At::before_end, 10});
    check("beginning:+10", {At::start}, {At::after_start, 10});
    check(":end", {At::start}, end);
    check(":200", {At::start}, {At::offset, 200});
    check("100:", {At::offset, 100}, end);
    check(":", {At::start}, end);
}

TEST_CASE("range: times, which have colons of their own", "[range]")
{
    const Bound end{At::end};
    check("@-15m", {At::time, kNow - kHour / 4}, end);
    check("@-15m:end", {At::time, kNow - kHour / 4}, end);
    check("@-2h:-1h", {At::time, kNow - 2 * kHour}, {At::time, kNow - kHour});
    check("@2026-01-01", {At::time, kDay}, end);
    check("@2026-01-01:2026-01-02", {At::time, kDay}, {At::time, kDay + 24 * kHour});
    check("@2026-01-01:1h", {At::time, kDay}, {At::time, kDay + kHour});
    check("@2026-01-01:+1h", {At::time, kDay}, {At::time, kDay + kHour});
    check("@2026-01-01T00:00:00Z", {At::time, kDay}, end);
    check("@2026-01-01T01:00:00+01:00", {At::time, kDay}, end);
    check("@2026-01-01T00:00:00Z:2026-01-01T01:00:00Z", {At::time, kDay}, {At::time, kDay + kHour});
    check("@2026-01-01T01:00:00+01:00:end", {At::time, kDay}, end);
    check("@1767225600:1767229200", {At::time, kDay}, {At::time, kDay + kHour});
    check("@1767225600000:", {At::time, kDay}, end);
    check("@:2026-01-01", {At::start}, {At::time, kDay});
    check("@start:-1h", {At::start}, {At::time, kNow - kHour});
}

TEST_CASE("range: what is none", "[range]")
{
    for (const auto* text :
         {"", "@", "x", "1:2:3", "200:100", "-10:-50", "@-1h:-2h", "+", "-", "1.5", "@x", "@:x",
          "@start:1h", "99999999999999999999", "@2026-01-01T00:00", "@2026-02-30", " 1", "1 "}) {
        CAPTURE(text);
        CHECK_FALSE(parse_range(text, kNow));
    }
}

TEST_CASE("range: of single partitions", "[range]")
{
    Ranges ranges;
    CHECK(*ranges.find(7) == OffsetRange{});
    CHECK(tlm::replay::add_range(ranges, "3=10:20", kNow));
    CHECK(ranges.find(3)->end == Bound{At::offset, 20});
    CHECK(ranges.find(7) == nullptr);
    CHECK(tlm::replay::add_range(ranges, "-5", kNow));
    CHECK(ranges.find(7)->begin == Bound{At::before_end, 5});
    CHECK_FALSE(tlm::replay::add_range(ranges, "-6", kNow));
    CHECK_FALSE(tlm::replay::add_range(ranges, "3=1", kNow));
    CHECK_FALSE(tlm::replay::add_range(ranges, "x=1", kNow));
    CHECK_FALSE(tlm::replay::add_range(ranges, "4=x", kNow));
    ranges.only = {7};
    CHECK(ranges.find(3) == nullptr);
    CHECK(ranges.find(7) != nullptr);
}

TEST_CASE("range: lists of partitions", "[range]")
{
    CHECK(parse_partitions("0,2,5-7") == std::set<std::int32_t>{0, 2, 5, 6, 7});
    for (const auto* text : {"", ",", "1,", "2-1", "-1", "a", "0-9999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_partitions(text));
    }
}

TEST_CASE("range: what is wrong with one is said", "[range]")
{
    for (const auto& [text, problem] : std::vector<std::pair<const char*, const char*>>{
             {"200:100", "ends before it begins"},
             {"-1:-2", "ends before it begins"},
             {"@-1h:-2h", "ends before it begins"},
             {"3=200:100", "ends before it begins"},
             {"end:start", "holds nothing, whatever the topic has"},
             {"5:start", "holds nothing, whatever the topic has"},
             {"@end:-1h", "holds nothing, whatever the topic has"},
             {"@2026-01-01T00:00:00",
              "has a time without a zone, such as the Z of 2026-01-01T00:00:00Z"},
             {"@-1h:2026-01-01T00:00:00",
              "has a time without a zone, such as the Z of 2026-01-01T00:00:00Z"},
             {"@15m", "begins with a duration: @-15m is so long ago"},
             {"@15m:end", "begins with a duration: @-15m:end is so long ago"},
             {"x", ""},
             {"@x", ""},
         }) {
        CAPTURE(text);
        Ranges ranges;
        CHECK_FALSE(tlm::replay::add_range(ranges, text, kNow));
        CHECK(tlm::replay::range_problem(text, kNow) == problem);
    }
}

TEST_CASE("range: partitions that are named must be meant", "[range]")
{
    const auto check = [](std::initializer_list<const char*> texts, const char* only, bool follow) {
        Ranges ranges;
        for (const auto* const text : texts) {
            REQUIRE(tlm::replay::add_range(ranges, text, kNow));
        }
        ranges.only = parse_partitions(only).value_or(std::set<std::int32_t>{});
        tlm::replay::check_ranges(ranges, follow);
    };
    CHECK_NOTHROW(check({"0=5:7"}, "", false));
    CHECK_NOTHROW(check({"0=5:7"}, "0", false));
    CHECK_NOTHROW(check({"0=5:7", "1:2"}, "0,1", false));
    CHECK_THROWS_AS(check({"0=5:7"}, "1", false), tlm::Error);
    CHECK_THROWS_AS(check({"0=5:7"}, "0,1", false), tlm::Error);
    CHECK_NOTHROW(check({"0=5:", "-1:end"}, "", true));
    CHECK_THROWS_AS(check({"0=5:", "1:2"}, "", true), tlm::Error);
    CHECK_THROWS_AS(check({"0=:7"}, "", true), tlm::Error);
}

} // namespace
