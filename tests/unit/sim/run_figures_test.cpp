// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/run_figures.hpp"

#include <array>
#include <string>

using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

const tlm::Monotonic kStart{1h};

} // namespace

TEST_CASE("figures: a message that waits for the receiver is late, the generator is not", "[sim]")
{
    RunFigures figures{kStart};
    figures.room(true, kStart);
    figures.sent(std::array<nanoseconds, 1>{0ms}, kStart + 1ms);
    figures.room(false, kStart + 1ms); // the window is full for a second
    figures.room(true, kStart + 1s);
    figures.sent(std::array<nanoseconds, 2>{100ms, 200ms}, kStart + 1s + 2ms);
    auto summary = figures.summary(kStart + 2s);
    summary.paced = true;
    CHECK(summary.sent == 3);
    CHECK(summary.seconds == Approx(2));
    CHECK(summary.latencies.at("sent").max() == 902ms);
    CHECK(summary.generator_lag.max() == 2ms);
    CHECK(summary.valid());
}

TEST_CASE("figures: no message is confirmed before it was sent", "[sim]")
{
    RunFigures figures{kStart};
    figures.room(true, kStart);
    figures.sent(std::array<nanoseconds, 2>{0ms, 1ms}, kStart + 5ms);
    figures.confirmed(0ms, kStart + 3ms); // written, while the batch was on its way
    figures.confirmed(1ms, kStart + 9ms);
    const auto latencies = figures.summary(kStart + 1s).latencies;
    CHECK(latencies.at("sent").max() == 5ms);
    CHECK(latencies.at("acknowledged").min() == 5ms);
    CHECK(latencies.at("acknowledged").max() == 8ms);
}

TEST_CASE("figures: a write that waits for its reader does not blame the generator", "[sim]")
{
    RunFigures figures{kStart};
    figures.room(true, kStart);
    figures.sent(std::array<nanoseconds, 1>{0ms}, kStart + 1s, 999ms);
    // What became due meanwhile takes two batches, what did during those a third.
    figures.sent(std::array<nanoseconds, 2>{1ms, 500ms}, kStart + 1s + 3ms);
    figures.sent(std::array<nanoseconds, 1>{900ms}, kStart + 1s + 5ms);
    figures.sent(std::array<nanoseconds, 1>{1'002ms}, kStart + 1s + 6ms);
    auto summary = figures.summary(kStart + 2s);
    summary.paced = true;
    CHECK(summary.latencies.at("sent").max() == 1'002ms);
    CHECK(summary.generator_lag.max() == 3ms);
    CHECK(summary.valid());
}

TEST_CASE("figures: who falls behind by himself is not excused by an earlier wait", "[sim]")
{
    const bool caught_up = GENERATE(false, true);
    RunFigures figures{kStart};
    figures.room(true, kStart);
    figures.sent(std::array<nanoseconds, 1>{0ms}, kStart + 1s, 1s);
    if (caught_up) {
        figures.sent(std::array<nanoseconds, 1>{1'500ms}, kStart + 1'900ms);
    } else {
        figures.sent(std::array<nanoseconds, 1>{100ms}, kStart + 1'500ms);
    }
    const auto summary = figures.summary(kStart + 2s);
    CHECK(summary.generator_lag.max() == 400ms);
}

TEST_CASE("figures: a generator that slept makes the run invalid", "[sim]")
{
    RunFigures figures{kStart};
    figures.room(true, kStart);
    figures.sent(std::array<nanoseconds, 1>{100ms}, kStart + 100ms + 11ms);
    auto summary = figures.summary(kStart + 1s);
    summary.paced = true;
    CHECK(!summary.valid());
    summary.paced = false; // without a plan nothing can be late
    CHECK(summary.valid());
}

TEST_CASE("figures: one slow message in a hundred does not make a run invalid, two do", "[sim]")
{
    RunFigures figures{kStart};
    figures.room(true, kStart);
    for (int i = 0; i < 198; ++i) {
        figures.sent(std::array<nanoseconds, 1>{0ms}, kStart);
    }
    figures.sent(std::array<nanoseconds, 2>{0ms, 0ms}, kStart + 1s);
    auto summary = figures.summary(kStart + 1s);
    summary.paced = true;
    CHECK(summary.valid());
    figures.sent(std::array<nanoseconds, 1>{0ms}, kStart + 1s);
    summary = figures.summary(kStart + 1s);
    summary.paced = true;
    CHECK(!summary.valid());
}

TEST_CASE("figures: the answer counts from the moment a message was meant for", "[sim]")
{
    RunFigures figures{kStart};
    figures.confirmed(500ms, kStart + 520ms);
    const auto summary = figures.summary(kStart + 1s);
    CHECK(summary.confirmed == 1);
    CHECK(summary.latencies.at("acknowledged").max() == 20ms);
}

TEST_CASE("summary: one JSON object", "[sim]")
{
    RunSummary summary;
    summary.sent = 3;
    summary.confirmed = 2;
    summary.refused = 1;
    summary.seconds = 1.5;
    summary.paced = true;
    std::string out;
    append_summary(out, summary, Buckets::without);
    CHECK(
        out ==
        R"({"sent":3,"confirmed":2,"refused":1,"resent":0,"unheard":0,"inDoubt":0,"connections":0,)"
        R"("reconnects":0,"seconds":1.5,"rate":2,"exitStatus":0,"paced":true,"valid":true,"generatorLagP99_ms":0,)"
        R"("latency":{}})");
}
