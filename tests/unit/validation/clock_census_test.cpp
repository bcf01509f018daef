// SPDX-License-Identifier: Apache-2.0
#include "common/validation/clock_census.hpp"
#include "common/validation/keyword_counts.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using namespace tlm;
using namespace tlm::validation;

namespace {

std::string worst_of(const ClockCensus& census)
{
    std::string text;
    for (const auto& [device_id, skew] : census.worst()) {
        text += device_id + " " + std::to_string(skew.count() / 1000) + ", ";
    }
    return text;
}

} // namespace

TEST_CASE("clock census: classes have their lower bounds", "[validation]")
{
    CHECK(clock_error(0ms) == ClockError::near);
    CHECK(clock_error(4'999ms) == ClockError::near);
    CHECK(clock_error(5s) == ClockError::behind_5s);
    CHECK(clock_error(-5s) == ClockError::ahead_5s);
    CHECK(clock_error(-59'999ms) == ClockError::ahead_5s);
    CHECK(clock_error(1min) == ClockError::behind_1m);
    CHECK(clock_error(-1h) == ClockError::ahead_1h);
    CHECK(clock_error(milliseconds::min() + 1ms) == ClockError::ahead_1h);
}

TEST_CASE("clock census: a device counts once, where it is now", "[validation]")
{
    ClockCensus census;
    census.observe("a", std::nullopt, 20ms);
    census.observe("b", std::nullopt, 2h);
    CHECK(census.devices(ClockError::near) == 1);
    CHECK(census.devices(ClockError::behind_1h) == 1);
    CHECK(worst_of(census) == "b 7200, ");
    census.observe("b", 2h, -10s);
    census.observe("a", 20ms, -2min);
    CHECK(worst_of(census) == "a -120, b -10, ");
    CHECK(census.devices(ClockError::near) == 0);
    census.observe("b", -10s, 0ms);
    CHECK(worst_of(census) == "a -120, ");
    CHECK(census.devices(ClockError::ahead_5s) == 0);
    census.leave(0ms);
    CHECK(census.devices(ClockError::near) == 0);
}

TEST_CASE("clock census: few are remembered by name, the worst", "[validation]")
{
    ClockCensus census;
    for (int i = 10; i < 100; ++i) {
        census.observe("d" + std::to_string(i), std::nullopt, std::chrono::seconds{i});
    }
    census.observe("early", std::nullopt, 6s);
    CHECK(worst_of(census) == "d99 99, d98 98, d97 97, d96 96, d95 95, ");
}

TEST_CASE("keyword counts: no more than so many, the others together", "[validation]")
{
    KeywordCounts counts;
    counts.count({Reason::not_json, "", ""});
    for (int round = 0; round < 2; ++round) {
        for (std::size_t i = 0; i < 100; ++i) {
            counts.count({Reason::schema, "/x", "", "/k" + std::to_string(i)});
        }
    }
    CHECK(counts.counts().size() == KeywordCounts::kMost + 1);
    CHECK(counts.counts().at({Reason::schema, "/k0"}) == 2);
    CHECK(counts.counts().at({Reason::schema, "other"}) == 2 * (100 - KeywordCounts::kMost));
}
