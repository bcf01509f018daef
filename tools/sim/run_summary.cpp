// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/run_summary.hpp"

#include "common/base/json_text.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::sim {
namespace {

constexpr double kThousand = 1e3;

template <typename Number>
void append_member(std::string& out, std::string_view name, Number value)
{
    out += out.ends_with('{') ? "\"" : ",\"";
    out += name;
    out += "\":";
    append_number(out, value);
}

} // namespace

std::string RunSummary::invalid() const
{
    return valid()
               ? std::string{}
               : "tlm-sim itself was late, by " +
                     std::to_string(generator_lag.quantile(0.99) / std::chrono::milliseconds{1}) +
                     " ms (p99) beyond what the receiver made it wait";
}

double RunSummary::rate() const noexcept
{
    constexpr double kShortest = 1e-9;
    return static_cast<double>(sent) / std::max(seconds, kShortest);
}

void append_summary(std::string& out, const RunSummary& summary, Buckets buckets)
{
    constexpr double kNanosAMilli = 1e6;
    out += '{';
    append_member(out, "sent", summary.sent);
    append_member(out, "confirmed", summary.confirmed);
    append_member(out, "refused", summary.refused);
    append_member(out, "resent", summary.resent);
    append_member(out, "unheard", summary.unheard);
    append_member(out, "inDoubt", summary.in_doubt);
    append_member(out, "connections", summary.connections);
    append_member(out, "reconnects", summary.reconnects);
    append_member(out, "seconds", std::round(summary.seconds * kThousand) / kThousand);
    append_member(out, "rate", std::round(summary.rate() * kThousand) / kThousand);
    append_member(out, "exitStatus", summary.exit_status);
    if (!summary.error.empty()) {
        out += ",\"error\":";
        append_json_string(out, summary.error);
    }
    out += summary.paced ? ",\"paced\":true" : ",\"paced\":false";
    out += summary.valid() ? ",\"valid\":true" : ",\"valid\":false";
    append_member(out, "generatorLagP99_ms",
                  static_cast<double>(summary.generator_lag.quantile(0.99).count()) / kNanosAMilli);
    out += ",\"latency\":";
    append_latencies(out, summary.latencies, buckets);
    out += '}';
}

} // namespace tlm::sim
