// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/latencies.hpp"

#include "common/base/json_text.hpp"
#include "common/record/guarded_json.hpp"

#include <simdjson.h>

#include <cmath>
#include <limits>
#include <utility>
#include <variant>

namespace tlm::sim {
namespace {

constexpr double kNanosAMilli = 1e6;

struct Quantile {
    std::string_view name;
    double share;
};

constexpr Quantile kQuantiles[] = {
    {"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p99_ms", 0.99}, {"p999_ms", 0.999}};

void append_member(std::string& out, std::string_view name, double nanos)
{
    out += ",\"";
    out += name;
    out += "\":";
    append_number(out, std::round(nanos) / kNanosAMilli);
}

double nanos_of(nanoseconds time)
{
    return static_cast<double>(time.count());
}

void append_histogram(std::string& out, const Histogram& histogram, Buckets buckets)
{
    out += "{\"count\":";
    append_number(out, histogram.count());
    append_member(out, "min_ms", nanos_of(histogram.min()));
    append_member(out, "mean_ms", histogram.mean());
    for (const auto& [name, share] : kQuantiles) {
        append_member(out, name, nanos_of(histogram.quantile(share)));
    }
    append_member(out, "max_ms", nanos_of(histogram.max()));
    if (buckets == Buckets::with) {
        out += ",\"buckets_ns\":[";
        bool first = true;
        histogram.for_each([&](nanoseconds time, std::uint64_t count) {
            out += first ? "[" : ",[";
            first = false;
            append_number(out, time.count());
            out += ',';
            append_number(out, count);
            out += ']';
        });
        out += ']';
    }
    out += '}';
}

std::optional<nanoseconds> read_millis(simdjson::dom::element json)
{
    double millis = 0;
    constexpr double kMost = 9e15 / kNanosAMilli; // a double holds each nanosecond up to there
    if (json.get(millis) != simdjson::SUCCESS || !(millis >= 0)) {
        return std::nullopt;
    }
    return nanoseconds{std::llround(std::min(millis, kMost) * kNanosAMilli)};
}

bool read_bucket(simdjson::dom::element json, Histogram& histogram)
{
    simdjson::dom::array pair;
    std::int64_t time = 0;
    std::uint64_t count = 0;
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max(); // sums stay in range
    if (json.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
        pair.at(0).get(time) != simdjson::SUCCESS || pair.at(1).get(count) != simdjson::SUCCESS ||
        time < 0 || count > kMost) {
        return false;
    }
    histogram.add(nanoseconds{time}, count);
    return true;
}

std::optional<Histogram> read_histogram(simdjson::dom::element json)
{
    simdjson::dom::array buckets;
    simdjson::dom::element min;
    simdjson::dom::element max;
    if (json["buckets_ns"].get(buckets) != simdjson::SUCCESS ||
        json["min_ms"].get(min) != simdjson::SUCCESS ||
        json["max_ms"].get(max) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    Histogram histogram;
    for (const auto bucket : buckets) {
        if (!read_bucket(bucket, histogram)) {
            return std::nullopt;
        }
    }
    const auto smallest = read_millis(min);
    const auto largest = read_millis(max);
    if (!smallest || !largest) {
        return std::nullopt;
    }
    if (histogram.count() > 0) {
        histogram.limit(*smallest, *largest);
    }
    return histogram;
}

} // namespace

void merge(Latencies& into, const Latencies& other)
{
    for (const auto& [name, histogram] : other) {
        into[name].merge(histogram);
    }
}

void append_latencies(std::string& out, const Latencies& latencies, Buckets buckets)
{
    out += '{';
    bool first = true;
    for (const auto& [name, histogram] : latencies) {
        out += first ? "" : ",";
        first = false;
        append_json_string(out, name);
        out += ':';
        append_histogram(out, histogram, buckets);
    }
    out += '}';
}

std::optional<Latencies> read_latencies(simdjson::dom::element json)
{
    simdjson::dom::object hops;
    if (json.get(hops) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    Latencies latencies;
    for (const auto hop : hops) {
        auto histogram = read_histogram(hop.value);
        if (!histogram) {
            return std::nullopt;
        }
        latencies[std::string{hop.key}] = std::move(*histogram);
    }
    return latencies;
}

void merge(LatencyFile& into, const LatencyFile& other, std::string_view name)
{
    merge(into.latencies, other.latencies);
    if (into.invalid.empty() && !other.invalid.empty()) {
        into.invalid.append(name).append(": ").append(other.invalid);
    }
}

void append_latency_file(std::string& out, const LatencyFile& file)
{
    if (file.invalid.empty()) {
        out += R"({"valid":true)";
    } else {
        out += R"({"valid":false,"invalid":)";
        append_json_string(out, file.invalid);
    }
    out += R"(,"latency":)";
    append_latencies(out, file.latencies, Buckets::with);
    out += '}';
}

std::optional<LatencyFile> parse_latency_file(std::string_view text)
{
    constexpr std::size_t kDepth = 8;
    GuardedJson parser{kDepth};
    const auto parsed = parser.parse(text);
    const auto* const root = std::get_if<simdjson::dom::element>(&parsed);
    simdjson::dom::element latency;
    if (root == nullptr || (*root)["latency"].get(latency) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    auto latencies = read_latencies(latency);
    if (!latencies) {
        return std::nullopt;
    }
    LatencyFile file{std::move(*latencies)};
    bool valid = true;
    if ((*root)["valid"].get(valid) == simdjson::SUCCESS && !valid) {
        std::string_view reason;
        const bool given = (*root)["invalid"].get(reason) == simdjson::SUCCESS && !reason.empty();
        file.invalid = given ? reason : "the generator itself was late";
    }
    return file;
}

} // namespace tlm::sim
