// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/truth_line.hpp"

#include "common/base/json_text.hpp"

namespace tlm::sim {
namespace {

void begin(std::string& out, FaultKind kind, const Message& message)
{
    out += R"({"kind":")";
    out += fault_name(kind);
    out += R"(","deviceId":")";
    out += message.device_id; // valid ids need no escaping
    out += R"(","boot":)";
    append_number(out, message.boot);
    out += R"(,"seq":)";
    append_number(out, message.seq);
    out += R"(,"ts":)";
    append_number(out, message.sent);
}

} // namespace

void append_truth(std::string& out, FaultKind kind, const Message& message,
                  std::string_view expected)
{
    begin(out, kind, message);
    out.append(R"(,"expected":)").append(expected).append("}\n");
}

void append_value_truth(std::string& out, FaultKind kind, const Message& message,
                        std::string_view metric, const ValueChange& change)
{
    begin(out, kind, message);
    out.append(R"(,"metric":")").append(metric).append(R"(","said":)");
    append_number(out, change.said);
    out += R"(,"expected":)";
    append_number(out, change.measured);
    out += "}\n";
}

void append_cut_truth(std::string& out, std::string_view device_id, std::int64_t boot, EpochMs ts)
{
    out += R"({"kind":")";
    out += fault_name(FaultKind::reconnect_storm);
    out += R"(","deviceId":")";
    out += device_id;
    out += R"(","boot":)";
    append_number(out, boot);
    out += R"(,"ts":)";
    append_number(out, ts);
    out.append(R"(,"expected":"a new connection"})").push_back('\n');
}

} // namespace tlm::sim
