// SPDX-License-Identifier: Apache-2.0
// What tlm-replay runs with, all of it checked.
#pragma once

#include "common/base/time.hpp"
#include "common/kafka/config.hpp"
#include "tools/replay/message_filter.hpp"
#include "tools/replay/offset_range.hpp"
#include "tools/replay/pacer.hpp"
#include "tools/replay/time_merge.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlm::replay {

enum class Command {
    replay, ///< without a word for it
};

enum class Format {
    value,  ///< the value alone
    record, ///< all of it, append_message()
};

struct Settings {
    Command command = Command::replay;
    kafka::Properties kafka;
    std::string topic; ///< what to read; empty: the file
    Ranges ranges;
    milliseconds slack{60'000};
    bool follow = false;
    TimeMerge::Order order = TimeMerge::Order::time;
    Conditions conditions;
    std::optional<std::uint64_t> count; ///< end after so many
    Pace pace;
    Format format = Format::value;
    bool dry_run = false;
    milliseconds connect_timeout{30'000};
};

} // namespace tlm::replay
