// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/hgrm.hpp"
#include "tools/sim/histogram.hpp"
#include "tools/sim/latencies.hpp"

#include <limits>
#include <string>

using namespace tlm::sim;
using std::chrono::nanoseconds;

TEST_CASE("histogram: quantiles are never too low and at most 1/128 too high", "[sim]")
{
    constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max() / 2;
    for (const std::int64_t value : std::initializer_list<std::int64_t>{
             1, 127, 128, 255, 256, 257, 1'000, 123'456'789, kHuge}) {
        Histogram histogram;
        histogram.add(nanoseconds{value}, 99);
        histogram.add(nanoseconds::max());
        const auto seen = histogram.quantile(0.99).count();
        CHECK(seen >= value);
        CHECK(seen - value <= value / 128);
    }
}

TEST_CASE("histogram: the extremes of the range have a bucket", "[sim]")
{
    Histogram histogram;
    histogram.add(nanoseconds::max());
    histogram.add(nanoseconds{-5});
    CHECK(histogram.count() == 2);
    CHECK(histogram.quantile(0.5).count() == 0);
    CHECK(histogram.quantile(1) == nanoseconds::max());
    CHECK(histogram.min().count() == 0);
    CHECK(histogram.max() == nanoseconds::max());
}

TEST_CASE("histogram: a quantile is the time that its share does not exceed", "[sim]")
{
    Histogram histogram;
    histogram.add(nanoseconds{10}, 99);
    histogram.add(nanoseconds{5'003});
    CHECK(histogram.quantile(0.99).count() == 10);
    CHECK(histogram.quantile(0.991).count() == 5'003); // no bucket is wider than what was seen
    CHECK(histogram.max().count() == 5'003);
    CHECK(Histogram{}.quantile(0.99).count() == 0);
    CHECK(Histogram{}.min().count() == 0);
}

TEST_CASE("histogram: merging is adding to one", "[sim]")
{
    Histogram all;
    Histogram odd;
    Histogram even;
    for (std::int64_t i = 1; i < 5'000; ++i) {
        all.add(nanoseconds{i * i});
        (i % 2 == 0 ? even : odd).add(nanoseconds{i * i});
    }
    odd.merge(even);
    CHECK(odd.count() == all.count());
    CHECK(odd.min() == all.min());
    CHECK(odd.max() == all.max());
    CHECK(odd.mean() == Approx(all.mean()));
    CHECK(odd.deviation() == Approx(all.deviation()));
    for (const double q : {0.0, 0.1, 0.5, 0.9, 0.999, 1.0}) {
        CHECK(odd.quantile(q) == all.quantile(q));
    }
    Histogram empty;
    empty.merge(Histogram{});
    CHECK(empty.count() == 0);
    CHECK(empty.max().count() == 0);
}

TEST_CASE("hgrm: the layout of HdrHistogram", "[sim]")
{
    Histogram histogram;
    for (int i = 1; i <= 4; ++i) {
        histogram.add(std::chrono::milliseconds{i});
    }
    std::string text;
    append_hgrm(text, histogram);
    // Its reader takes the last line's missing fraction and the two figures of each comment.
    CHECK(text == "       Value     Percentile TotalCount 1/(1-Percentile)\n"
                  "\n"
                  "       1.004 0.000000000000          1           1.00\n"
                  "       1.004 0.100000000000          1           1.11\n"
                  "       1.004 0.200000000000          1           1.25\n"
                  "       2.007 0.300000000000          2           1.43\n"
                  "       2.007 0.400000000000          2           1.67\n"
                  "       2.007 0.500000000000          2           2.00\n"
                  "       3.015 0.550000000000          3           2.22\n"
                  "       3.015 0.600000000000          3           2.50\n"
                  "       3.015 0.650000000000          3           2.86\n"
                  "       3.015 0.700000000000          3           3.33\n"
                  "       3.015 0.750000000000          3           4.00\n"
                  "       4.000 0.775000000000          4           4.44\n"
                  "       4.000 1.000000000000          4\n"
                  "#[Mean    =        2.506, StdDeviation   =        1.118]\n"
                  "#[Max     =        4.000, Total count    =            4]\n"
                  "#[Buckets =           57, SubBuckets     =          128]\n");
    text.clear();
    append_hgrm(text, Histogram{});
    CHECK(text.find("Total count    =            0") != std::string::npos);
}

TEST_CASE("latencies: what is written with buckets reads back and merges", "[sim]")
{
    Latencies latencies;
    auto& kafka = latencies["kafka \"x\""];
    for (std::int64_t i = 1; i < 3'000; ++i) {
        kafka.add(nanoseconds{i * 12'345});
    }
    (void)latencies["sent"];
    std::string text;
    append_latency_file(text, {latencies});
    auto read = parse_latency_file(text);
    REQUIRE(read);
    REQUIRE(read->latencies.size() == 2);
    const auto& back = read->latencies.at("kafka \"x\"");
    CHECK(back.count() == kafka.count());
    CHECK(back.min() == kafka.min());
    CHECK(back.max() == kafka.max());
    CHECK(back.quantile(0.99) == kafka.quantile(0.99));
    CHECK(read->latencies.at("sent").count() == 0);
    CHECK(read->invalid.empty());
    merge(*read, {latencies}, "b");
    CHECK(read->latencies.at("kafka \"x\"").count() == 2 * kafka.count());
    CHECK(read->invalid.empty());
}

TEST_CASE("latencies: what is invalid stays so when it is written, read and merged", "[sim]")
{
    std::string text;
    append_latency_file(text, {{}, "late by \"5\" ms"});
    CHECK(text == R"({"valid":false,"invalid":"late by \"5\" ms","latency":{}})");
    const auto read = parse_latency_file(text);
    REQUIRE(read);
    CHECK(read->invalid == "late by \"5\" ms");
    LatencyFile all;
    merge(all, {}, "a");
    merge(all, *read, "b");
    merge(all, *read, "c");
    CHECK(all.invalid == "b: late by \"5\" ms");
    CHECK(!parse_latency_file(R"({"valid":false,"latency":{}})")->invalid.empty());
    CHECK(parse_latency_file(R"({"latency":{}})")->invalid.empty());
    text.clear();
    append_hgrm(text, Histogram{}, "late");
    CHECK(text.ends_with("#[INVALID: late]\n"));
}

TEST_CASE("latencies: what is no latency file is refused", "[sim]")
{
    for (const auto* const text :
         {"", "{}", "[]", R"({"latency":[]})", R"({"latency":{"a":{}}})",
          R"({"latency":{"a":{"min_ms":0,"max_ms":1,"buckets_ns":[[1]]}}})",
          R"({"latency":{"a":{"min_ms":0,"max_ms":1,"buckets_ns":[[-1,2]]}}})",
          R"({"latency":{"a":{"min_ms":0,"max_ms":-1,"buckets_ns":[[1,2]]}}})",
          R"({"latency":{"a":{"min_ms":0,"max_ms":1,"buckets_ns":[[1,99999999999999]]}}})"}) {
        CAPTURE(text);
        CHECK(!parse_latency_file(text));
    }
}
