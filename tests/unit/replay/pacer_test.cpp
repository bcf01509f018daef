// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/pacer.hpp"

namespace {

using tlm::milliseconds;
using tlm::replay::Pace;
using tlm::replay::Pacer;

constexpr tlm::Monotonic kStart{milliseconds{1'000'000}};

/// When records of these times are due, in ms from the start, while nothing takes any time.
std::vector<std::int64_t> due(const Pace& pace, const std::vector<tlm::EpochMs>& times)
{
    Pacer pacer(pace);
    std::vector<std::int64_t> out;
    auto now = kStart;
    for (const auto time : times) {
        now = std::max(now, pacer.due(time, now));
        out.push_back(std::chrono::duration_cast<milliseconds>(now - kStart).count());
    }
    return out;
}

TEST_CASE("pacer: gaps shrink by the speed", "[pacer]")
{
    CHECK(due({.speed = 1.0}, {100, 200, 1200}) == std::vector<std::int64_t>{0, 100, 1100});
    CHECK(due({.speed = 10.0}, {100, 200, 1200}) == std::vector<std::int64_t>{0, 10, 110});
    CHECK(due({.speed = 0.5}, {100, 200}) == std::vector<std::int64_t>{0, 200});
}

TEST_CASE("pacer: times that run backwards are due at once", "[pacer]")
{
    CHECK(due({.speed = 1.0}, {100, 50, 70, 100, 130}) ==
          std::vector<std::int64_t>{0, 0, 0, 0, 30});
    CHECK(due({.speed = 1.0}, {-1, -1, 100, 130}) == std::vector<std::int64_t>{0, 0, 0, 30});
}

TEST_CASE("pacer: long pauses are cut", "[pacer]")
{
    CHECK(due({.speed = 2.0, .max_gap = milliseconds{1000}}, {0, 3'600'000, 3'600'200}) ==
          std::vector<std::int64_t>{0, 500, 600});
}

TEST_CASE("pacer: a rate spaces records evenly", "[pacer]")
{
    CHECK(due({.rate = 100.0}, {5, 5, 5, 9}) == std::vector<std::int64_t>{0, 10, 20, 30});
}

TEST_CASE("pacer: a rate bounds a speed", "[pacer]")
{
    CHECK(due({.speed = 1.0, .rate = 100.0}, {0, 1, 2, 500}) ==
          std::vector<std::int64_t>{0, 10, 20, 500});
}

TEST_CASE("pacer: a speed catches up after a slow output, a rate hardly", "[pacer]")
{
    Pacer speed({.speed = 1.0});
    static_cast<void>(speed.due(0, kStart));
    const auto late = kStart + milliseconds{5000};
    CHECK(speed.due(1000, late) == kStart + milliseconds{1000});
    CHECK(speed.due(2000, late) == kStart + milliseconds{2000});

    Pacer rate({.rate = 10.0});
    static_cast<void>(rate.due(0, kStart));
    CHECK(rate.due(0, late) == late - milliseconds{50});
    CHECK(rate.due(0, late) == late + milliseconds{50});
}

TEST_CASE("pacer: absurd gaps do not overflow", "[pacer]")
{
    Pacer pacer({.speed = 1e-6});
    static_cast<void>(pacer.due(0, kStart));
    CHECK(pacer.due(9'000'000'000'000'000'000, kStart) > kStart);
}

} // namespace
