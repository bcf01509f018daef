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
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::replay {

enum class Command {
    replay,  ///< without a word for it
    redrive, ///< dead letters back to where they came from
    capsule, ///< a part of a topic into a file of its own
    lag,     ///< how far a consumer group is behind
    reset,   ///< where a consumer group goes on
};

enum class Format {
    value,  ///< the value alone
    record, ///< all of it, append_message()
};

enum class ShowProgress { automatic, bar, json, none };

/// Of the commands that concern a consumer group.
struct GroupSettings {
    std::string group;
    std::optional<std::filesystem::path> plan_file; ///< reset: the new offsets; none: the ranges
    bool to_current = false;                        ///< reset: the offsets are those that it has
    std::optional<std::int64_t> shift_by;           ///< reset: so many on from there, or back
    bool export_plan = false;                       ///< reset: print lines instead of a table

    /// The new offsets come out of those that the group has.
    [[nodiscard]] bool from_committed() const noexcept { return to_current || shift_by; }
};

struct Settings {
    Command command = Command::replay;
    kafka::Properties kafka;
    std::string topic; ///< what to read; empty: the file
    std::string file;  ///< of records as lines; `-`: standard input
    Ranges ranges;
    std::string ranges_text; ///< as the user wrote them
    milliseconds slack{60'000};
    bool follow = false;
    TimeMerge::Order order = TimeMerge::Order::time;
    Conditions conditions;
    std::optional<std::string> device;  ///< then `conditions.key` is the same
    std::optional<std::uint64_t> count; ///< end after so many
    Pace pace;
    Format format = Format::value;
    bool dry_run = false;
    std::string to_topic; ///< empty: standard output, or with redrive where each came from
    bool execute = false; ///< write to topics; without it only say what would be written
    bool by_key = false;  ///< partition by key instead of where a record was
    bool rebase = false;  ///< stamp with the moment of writing
    bool mark = true;     ///< with the header kReplayHeader
    bool diff = false;    ///< show what becomes of each record
    std::optional<std::string> checkpoint; ///< file
    std::optional<std::string> receipts;   ///< file; `-`: standard output
    unsigned max_attempts = 0;             ///< redrive: of a dead letter
    std::filesystem::path to_file;         ///< capsule: the file to make
    std::string schema;                    ///< capsule: JSON text to put into it; empty: none
    GroupSettings groups;
    milliseconds connect_timeout{30'000};
    ShowProgress progress = ShowProgress::automatic;

    /// True for the commands that read no records but ask about a group.
    [[nodiscard]] bool concerns_group() const noexcept
    {
        return command == Command::lag || command == Command::reset;
    }

    [[nodiscard]] bool writes_topics() const noexcept
    {
        return command == Command::redrive || !to_topic.empty();
    }
};

} // namespace tlm::replay
