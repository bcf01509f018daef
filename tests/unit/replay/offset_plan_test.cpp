// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/offset_plan.hpp"

namespace {

using namespace tlm::replay;
using tlm::milliseconds;

constexpr tlm::EpochMs kNow = 1'800'000'000'000;

Ranges ranges_of(std::initializer_list<const char*> texts)
{
    Ranges ranges;
    for (const auto* text : texts) {
        REQUIRE(add_range(ranges, text, kNow));
    }
    return ranges;
}

PartitionPlan plan_one(const char* text, Extent extent, const TimeAnswers& answers = {})
{
    const auto plans =
        plan_offsets(ranges_of({text}), std::vector{extent}, answers, milliseconds{0});
    REQUIRE(plans.size() == 1);
    return plans.front();
}

void check(const PartitionPlan& plan, std::int64_t begin, std::int64_t end,
           std::int64_t missing = 0)
{
    CHECK(plan.begin == begin);
    CHECK(plan.end == end);
    CHECK(plan.missing == missing);
}

TEST_CASE("plan: bounds are clamped to what there is", "[plan]")
{
    const Extent extent{0, 100, 200};
    check(plan_one("start", extent), 100, 200);
    check(plan_one("end", extent), 200, 200);
    check(plan_one("120:130", extent), 120, 130);
    check(plan_one("+10:-10", extent), 110, 190);
    check(plan_one("-1000", extent), 100, 200);
    check(plan_one("+1000", extent), 200, 200);
    check(plan_one("+9223372036854775807", extent), 200, 200);
}

TEST_CASE("plan: what was asked for by number and is not there is counted", "[plan]")
{
    const Extent extent{0, 100, 200};
    check(plan_one("90:150", extent), 100, 150, 10);
    check(plan_one("90:95", extent), 100, 100, 5);
    check(plan_one("150:260", extent), 150, 200, 60);
    check(plan_one("250:260", extent), 200, 200, 10);
    check(plan_one("250:", extent), 200, 200, 1);
    check(plan_one("250:-1", extent), 200, 200, 1);
    check(plan_one("9223372036854775807", extent), 200, 200, 1);
    check(plan_one("200:", extent), 200, 200); // what comes next
}

TEST_CASE("plan: what an open transaction holds back is counted apart", "[plan]")
{
    const Extent extent{0, 100, 200, 210};
    for (const auto& [text, unstable] : std::vector<std::pair<const char*, std::int64_t>>{
             {"start", 10},
             {"end", 0},
             {"-5", 10},
             {"-50:-10", 0},
             {"150:200", 0},
             {"150:204", 4},
             {"150:", 10},
             {"203:", 7},
             {"203:205", 2},
             {"@-1h:end", 10},
         }) {
        CAPTURE(text);
        const auto plan = plan_one(text, extent);
        CHECK(plan.unstable == unstable);
        CHECK(plan.missing == 0);
    }
    CHECK(plan_one("150:260", extent).missing == 50);
    CHECK(plan_one("150:260", extent).unstable == 10);
    CHECK(plan_one("start", {0, 100, 200, 200}).unstable == 0);
}

TEST_CASE("plan: no record is older than 1970, and no broker is asked for one", "[plan]")
{
    const std::vector<Extent> extents{{0, 0, 50}};
    const auto ranges = ranges_of({"@-30000d:1960-01-01"});
    const auto questions = time_questions(ranges, extents, milliseconds{0});
    CHECK(questions == std::vector<TimeQuestion>{{0, 0}, {0, 0}});
    const auto plans =
        plan_offsets(ranges_of({"@1960-01-01:end"}), extents, {{{0, 0}, 0}}, milliseconds{0});
    check(plans.front(), 0, 50);
}

TEST_CASE("plan: an empty partition has nothing to read", "[plan]")
{
    for (const auto* text : {"start", "end", "-5", "+5", "@-1h:end"}) {
        CAPTURE(text);
        CHECK(plan_one(text, {0, 0, 0}).empty());
        CHECK(plan_one(text, {0, 7, 7}).empty()); // all of it deleted
    }
}

TEST_CASE("plan: times are looked up, and no record that late means the end", "[plan]")
{
    const auto ranges = ranges_of({"@-2h:-1h"});
    const std::vector<Extent> extents{{0, 0, 50}, {1, 10, 60}};
    constexpr tlm::EpochMs kHour = 3'600'000;
    const milliseconds slack{60'000};
    const auto questions = time_questions(ranges, extents, slack);
    CHECK(questions == std::vector<TimeQuestion>{{0, kNow - 2 * kHour},
                                                 {0, kNow - kHour + 60'000},
                                                 {1, kNow - 2 * kHour},
                                                 {1, kNow - kHour + 60'000}});
    const TimeAnswers answers{
        {questions[0], 20}, {questions[1], -1}, {questions[2], -1}, {questions[3], -1}};
    const auto plans = plan_offsets(ranges, extents, answers, slack);
    check(plans[0], 20, 50);
    check(plans[1], 60, 60);
    CHECK(plans[0].from == kNow - 2 * kHour);
    CHECK(plans[0].to == kNow - kHour);
    CHECK(offsets_in(plans) == 30);
}

TEST_CASE("plan: answers below the oldest record do not reach behind it", "[plan]")
{
    const auto plan = plan_one("@-1h", {0, 30, 50}, {{{0, kNow - 3'600'000}, 12}});
    check(plan, 30, 50);
}

TEST_CASE("plan: a partition that comes later is meant whole, from a range's time on", "[plan]")
{
    const Extent extent{3, 10, 20};
    const auto whole = plan_new_partition(ranges_of({"end"}), extent);
    REQUIRE(whole);
    CHECK(*whole == PartitionPlan{.partition = 3, .low = 10, .high = 20, .begin = 10, .end = 20});
    const auto timed = plan_new_partition(ranges_of({"@2026-01-01"}), extent);
    REQUIRE(timed);
    CHECK(timed->begin == 10);
    CHECK(timed->from == 1'767'225'600'000);
    CHECK_FALSE(plan_new_partition(ranges_of({"0=start"}), extent));
}

TEST_CASE("plan: only the partitions that are meant", "[plan]")
{
    auto ranges = ranges_of({"1=5:6"});
    const std::vector<Extent> extents{{0, 0, 50}, {1, 0, 60}};
    auto plans = plan_offsets(ranges, extents, {}, milliseconds{0});
    REQUIRE(plans.size() == 1);
    CHECK(plans[0].partition == 1);
    ranges.only = {2};
    CHECK_THROWS_AS(plan_offsets(ranges, extents, {}, milliseconds{0}), tlm::Error);
    CHECK_THROWS_AS(plan_offsets(ranges_of({"2=start"}), extents, {}, milliseconds{0}), tlm::Error);
}

} // namespace
