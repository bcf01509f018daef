// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/verify_report.hpp"

#include "common/base/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace tlm::sim {
namespace {

constexpr std::array kFlaws{Flaw::lost, Flaw::duplicated, Flaw::reordered, Flaw::corrupted,
                            Flaw::misrouted};

void append_member(std::string& out, std::string_view name, std::uint64_t value)
{
    out += out.ends_with('{') ? "\"" : ",\"";
    out += name;
    out += "\":";
    append_number(out, value);
}

void append_member(std::string& out, std::string_view name, std::string_view value)
{
    out += out.ends_with('{') ? "\"" : ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
}

void append_flaws(std::string& out, const FlawCounts& counts)
{
    for (const auto flaw : kFlaws) {
        append_member(out, flaw_name(flaw), counts.at(static_cast<std::size_t>(flaw)));
    }
}

void append_cases(std::string& out, const HopReport& hop)
{
    const auto to = std::back_inserter(out);
    for (const auto flaw : kFlaws) {
        std::uint64_t shown = 0;
        for (const auto& one : hop.cases) {
            if (one.flaw == flaw) {
                fmt::format_to(to, "  {}: deviceId={} boot={} seq={}\n", flaw_name(flaw),
                               one.device_id, one.boot, one.seq);
                ++shown;
            }
        }
        if (hop.count(flaw) > shown) {
            fmt::format_to(to, "  {}: and {} more\n", flaw_name(flaw), hop.count(flaw) - shown);
        }
    }
    if (!hop.devices.empty()) {
        fmt::format_to(to, "  devices with flaws: {}{}\n", hop.devices_cut ? "more than " : "",
                       hop.devices.size());
    }
}

void append_hop(std::string& out, const HopReport& hop)
{
    fmt::format_to(std::back_inserter(out), "{}: {} {} expected, {} arrived", hop.name,
                   hop.expected, hop.unit, hop.arrived);
    for (const auto flaw : kFlaws) {
        fmt::format_to(std::back_inserter(out), ", {} {}", hop.count(flaw), flaw_name(flaw));
    }
    fmt::format_to(std::back_inserter(out), ", {} not of this ledger\n", hop.foreign);
    append_cases(out, hop);
}

void append_hop_json(std::string& out, const HopReport& hop, bool duplicates_allowed)
{
    out += '{';
    append_member(out, "hop", hop.name);
    append_member(out, "unit", hop.unit);
    append_member(out, "expected", hop.expected);
    append_member(out, "arrived", hop.arrived);
    append_flaws(out, hop.flaws);
    append_member(out, "foreign", hop.foreign);
    out += hop.breach(duplicates_allowed) ? ",\"breach\":true" : ",\"breach\":false";
    out += ",\"cases\":[";
    for (const auto& one : hop.cases) {
        out += out.ends_with('[') ? "{" : ",{";
        append_member(out, "flaw", flaw_name(one.flaw));
        append_member(out, "deviceId", one.device_id);
        append_member(out, "boot", static_cast<std::uint64_t>(one.boot));
        append_member(out, "seq", one.seq);
        out += '}';
    }
    out += "],\"devices\":[";
    for (const auto& [device_id, counts] : hop.devices) {
        out += out.ends_with('[') ? "{" : ",{";
        append_member(out, "deviceId", device_id);
        append_flaws(out, counts);
        out += '}';
    }
    out += hop.devices_cut ? "],\"devicesCut\":true}" : "],\"devicesCut\":false}";
}

double millis(nanoseconds time)
{
    return std::chrono::duration<double, std::milli>{time}.count();
}

} // namespace

bool VerifyReport::breach() const noexcept
{
    return std::any_of(hops.begin(), hops.end(),
                       [this](const HopReport& hop) { return hop.breach(duplicates_allowed); });
}

void append_latency_table(std::string& out, const Latencies& latencies)
{
    const auto to = std::back_inserter(out);
    bool any = false;
    for (const auto name : kTimeline) {
        const auto found = latencies.find(name);
        if (found == latencies.end() || found->second.count() == 0) {
            continue;
        }
        if (!any) {
            fmt::format_to(to, "{:<24} {:>10} {:>10} {:>10} {:>10} {:>10}\n", "milliseconds until",
                           "messages", "p50", "p99", "p99.9", "max");
            any = true;
        }
        const auto& histogram = found->second;
        fmt::format_to(to, "{:<24} {:>10} {:>10.3f} {:>10.3f} {:>10.3f} {:>10.3f}\n", name,
                       histogram.count(), millis(histogram.quantile(0.5)),
                       millis(histogram.quantile(0.99)), millis(histogram.quantile(0.999)),
                       millis(histogram.max()));
    }
}

void append_text(std::string& out, const VerifyReport& report)
{
    const auto to = std::back_inserter(out);
    fmt::format_to(to, "ledger: {} messages of {} devices\n", report.messages, report.devices);
    if (report.unfinished_runs > 0) {
        fmt::format_to(to, "  runs that did not end in order: {}\n", report.unfinished_runs);
    }
    for (const auto& hop : report.hops) {
        append_hop(out, hop);
    }
    append_latency_table(out, report.latencies);
    if (!report.valid) {
        out += "INVALID: the generator itself was late, the times above may be its own\n";
    }
}

void append_json(std::string& out, const VerifyReport& report)
{
    out += '{';
    append_member(out, "messages", report.messages);
    append_member(out, "devices", report.devices);
    append_member(out, "unfinishedRuns", report.unfinished_runs);
    out += report.breach() ? ",\"breach\":true" : ",\"breach\":false";
    out += report.valid ? ",\"valid\":true" : ",\"valid\":false";
    out += ",\"hops\":[";
    for (const auto& hop : report.hops) {
        out += out.ends_with('[') ? "" : ",";
        append_hop_json(out, hop, report.duplicates_allowed);
    }
    out += "],\"latency\":";
    append_latencies(out, report.latencies, Buckets::without);
    out += '}';
}

} // namespace tlm::sim
