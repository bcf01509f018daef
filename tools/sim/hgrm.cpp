// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/hgrm.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace tlm::sim {
namespace {

constexpr double kAll = 100;
constexpr double kNanosAMilli = 1e6;

double millis(nanoseconds time)
{
    return static_cast<double>(time.count()) / kNanosAMilli;
}

/// The percentile that is looked at after `percentile`.
double step(double percentile)
{
    constexpr double kStepsAHalving = 5;
    const double halvings = std::floor(std::log2(kAll / (kAll - percentile))) + 1;
    return percentile + kAll / (kStepsAHalving * std::exp2(halvings));
}

} // namespace

void append_hgrm(std::string& out, const Histogram& histogram, std::string_view invalid)
{
    const auto to = std::back_inserter(out);
    fmt::format_to(to, "{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount",
                   "1/(1-Percentile)");
    double percentile = 0;
    std::uint64_t seen = 0;
    histogram.for_each([&](nanoseconds time, std::uint64_t count) {
        seen += count;
        const double reached =
            kAll * static_cast<double>(seen) / static_cast<double>(histogram.count());
        while (percentile <= reached && percentile < kAll) {
            fmt::format_to(to, "{:12.3f} {:.12f} {:10} {:14.2f}\n", millis(time), percentile / kAll,
                           seen, kAll / (kAll - percentile));
            percentile = step(percentile);
            if (seen == histogram.count()) {
                break;
            }
        }
    });
    if (histogram.count() > 0) {
        fmt::format_to(to, "{:12.3f} {:.12f} {:10}\n", millis(histogram.max()), 1.0, seen);
    }
    constexpr int kPowers = 57; // of two, above the smallest bucket's
    constexpr int kSubBuckets = 128;
    fmt::format_to(to, "#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                   histogram.mean() / kNanosAMilli, histogram.deviation() / kNanosAMilli);
    fmt::format_to(to, "#[Max     = {:12.3f}, Total count    = {:12}]\n", millis(histogram.max()),
                   histogram.count());
    fmt::format_to(to, "#[Buckets = {:12}, SubBuckets     = {:12}]\n", kPowers, kSubBuckets);
    if (!invalid.empty()) {
        fmt::format_to(to, "#[INVALID: {}]\n", invalid);
    }
}

} // namespace tlm::sim
