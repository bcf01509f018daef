// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/progress.hpp"

namespace {

using tlm::milliseconds;
using tlm::replay::Progress;
using tlm::replay::progress_bar;
using tlm::replay::progress_json;

constexpr std::size_t kWide = 200;

TEST_CASE("progress: a bar with the rest at the pace so far", "[progress]")
{
    const Progress half{50, 100, 40, 2, 1'767'225'600'000, milliseconds{10'000}};
    CHECK(progress_bar(half, kWide) == "[============            ]  50 %  40 records, 4/s, 2 "
                                       "refused  11s left  2026-01-01T00:00:00.000Z");
    CHECK(progress_bar(half, 79) == "[============            ]  50 %  40 records, 4/s, 2 "
                                    "refused  11s left");
    CHECK(progress_bar(half, 10).size() == 10);
    const Progress all{100, 100, 100, 0, -1, milliseconds{1000}, true};
    CHECK(progress_bar(all, kWide) == "[========================] 100 %  100 records, 100/s");
}

TEST_CASE("progress: records that are enough are all, however many there are", "[progress]")
{
    const Progress half{10, 100, 5, 0, -1, milliseconds{1000}, false, 10};
    CHECK(progress_bar(half, kWide) == "[============            ]  50 %  5 records, 5/s  2s left");
    CHECK(progress_bar({10, 100, 10, 0, -1, milliseconds{1000}, true, 10}, kWide) ==
          "[========================] 100 %  10 records, 10/s");
}

TEST_CASE("progress: without a total there is no bar", "[progress]")
{
    CHECK(progress_bar({.passed = 5, .written = 5}, kWide) == "5 records, 0/s");
}

TEST_CASE("progress: as JSON", "[progress]")
{
    CHECK(progress_json({7, 9, 5, 1, 1000, milliseconds{12}, true}) ==
          R"({"records":5,"refused":1,"passed":7,"total":9,"ts":1000,"elapsedMs":12,"done":true})");
    CHECK(progress_json({}) ==
          R"({"records":0,"refused":0,"passed":0,"elapsedMs":0,"done":false})");
}

} // namespace
