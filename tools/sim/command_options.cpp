// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/command_options.hpp"

#include "common/base/error.hpp"
#include "common/cli/option_table.hpp"

#include <fmt/format.h>

#include <string_view>

namespace tlm::sim {
namespace {

void refuse(const std::vector<const cli::Option*>& rows, std::string_view why)
{
    for (const auto* const row : rows) {
        if (row->source == "flag") {
            throw usage_error(fmt::format("--{} {}", row->name, why));
        }
    }
}

} // namespace

CommandRows find_command_rows(const cli::OptionTable& table)
{
    CommandRows rows;
    for (const auto& row : table.options()) {
        const bool connects = row.name == "connect-timeout";
        if (row.group == "Verification" || row.group == "Kafka") {
            rows.verify.push_back(&row);
        } else if (connects || row.name == "ledger") {
            rows.shared.push_back(&row);
        } else if (row.group != "Common" && row.name != "latency") {
            rows.play.push_back(&row);
        }
        if (connects || (row.group == "Connections" && row.name != "mqtt")) {
            rows.mqtt.push_back(&row);
        }
    }
    return rows;
}

void refuse_foreign(const CommandRows& rows, Command command, bool mqtt)
{
    constexpr std::string_view kVerify = "is for tlm-sim verify";
    switch (command) {
    case Command::verify:
        refuse(rows.play, "is for a run, not for verify");
        return;
    case Command::merge:
        refuse(rows.play, "is for a run, not for merge");
        refuse(rows.shared, "is not for merge");
        refuse(rows.verify, kVerify);
        return;
    case Command::play:
        refuse(rows.verify, kVerify);
        if (!mqtt) {
            refuse(rows.mqtt, "needs --mqtt");
        }
        return;
    }
}

} // namespace tlm::sim
