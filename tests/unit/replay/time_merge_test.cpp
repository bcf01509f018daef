// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/time_merge.hpp"

#include <algorithm>
#include <random>

namespace {

using tlm::replay::TimeMerge;

/// Runs lanes of times through a merge; each lane's records come one by one.
std::vector<std::pair<tlm::EpochMs, std::size_t>>
merge(const std::vector<std::vector<tlm::EpochMs>>& lanes, TimeMerge::Order order)
{
    TimeMerge merged(lanes.size(), order);
    std::vector<std::size_t> at(lanes.size());
    const auto feed = [&](std::size_t lane) {
        if (at[lane] == lanes[lane].size()) {
            merged.finish(lane);
        } else {
            merged.offer(lane, lanes[lane][at[lane]]);
        }
    };
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        feed(lane);
    }
    std::vector<std::pair<tlm::EpochMs, std::size_t>> out;
    while (!merged.done()) {
        const auto lane = merged.next();
        REQUIRE(lane);
        out.emplace_back(lanes[*lane][at[*lane]++], *lane);
        merged.take();
        feed(*lane);
    }
    CHECK_FALSE(merged.next());
    return out;
}

TEST_CASE("merge: sorted lanes come out sorted, equal times by lane", "[merge]")
{
    std::mt19937 random(7); // NOLINT: the same in every run
    std::vector<std::vector<tlm::EpochMs>> lanes(5);
    std::size_t total = 0;
    for (auto& lane : lanes) {
        lane.resize(random() % 300);
        std::generate(lane.begin(), lane.end(), [&] { return random() % 1000; });
        std::sort(lane.begin(), lane.end());
        total += lane.size();
    }
    const auto out = merge(lanes, TimeMerge::Order::time);
    CHECK(out.size() == total);
    CHECK(std::is_sorted(out.begin(), out.end()));
}

TEST_CASE("merge: a lane that comes later is waited for like the others", "[merge]")
{
    TimeMerge merged(1, TimeMerge::Order::time);
    merged.offer(0, 5);
    CHECK(merged.next() == 0U);
    merged.add();
    CHECK_FALSE(merged.next());
    merged.offer(1, 3);
    CHECK(merged.next() == 1U);
    merged.take();
    merged.finish(1);
    CHECK(merged.next() == 0U);
    merged.take();
    merged.finish(0);
    CHECK(merged.done());
}

TEST_CASE("merge: a lane's own order stays where its times run backwards", "[merge]")
{
    const auto out = merge({{5, 1, 9}, {2, 6}}, TimeMerge::Order::time);
    CHECK(out == std::vector<std::pair<tlm::EpochMs, std::size_t>>{
                     {2, 1}, {5, 0}, {1, 0}, {6, 1}, {9, 0}});
}

TEST_CASE("merge: without order heads go in turn", "[merge]")
{
    const auto out = merge({{9, 9}, {1, 1}}, TimeMerge::Order::none);
    CHECK(out == std::vector<std::pair<tlm::EpochMs, std::size_t>>{{9, 0}, {1, 1}, {9, 0}, {1, 1}});
}

TEST_CASE("merge: a lane that lacks a head is waited for, one at its live end is not", "[merge]")
{
    TimeMerge merge(2, TimeMerge::Order::time);
    merge.offer(0, 10);
    CHECK_FALSE(merge.next());
    merge.rest(1);
    CHECK(merge.next() == 0);
    merge.offer(1, 5);
    CHECK(merge.next() == 1);
    merge.take();
    CHECK_FALSE(merge.next());
    merge.rest(1);
    merge.rest(1);
    CHECK(merge.next() == 0);
    merge.take();
    merge.finish(0);
    CHECK_FALSE(merge.done());
    merge.finish(1);
    merge.finish(1);
    CHECK(merge.done());
}

TEST_CASE("merge: without order nobody waits", "[merge]")
{
    TimeMerge merge(2, TimeMerge::Order::none);
    merge.offer(1, 10);
    CHECK(merge.next() == 1);
}

TEST_CASE("merge: nothing to merge is done", "[merge]")
{
    CHECK(TimeMerge(0, TimeMerge::Order::time).done());
}

} // namespace
