// SPDX-License-Identifier: Apache-2.0
// How far a replay to a topic got, so that another run can go on. Pure.
#pragma once

#include "tools/replay/gone.hpp"
#include "tools/replay/offset_plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace tlm::replay {

/// What decides which records a run writes, and as what, by the name of the option; an option that
/// is not there was not given.
using RunWords = std::map<std::string, std::string, std::less<>>;

/// How two runs differ, as `--key b, was a; ...`. Empty when they write the same.
[[nodiscard]] std::string difference(const RunWords& was, const RunWords& is);

/// What is known to be written, for good. What was written after it is written again.
struct Checkpoint {
    struct Span {
        std::int64_t next = 0; ///< all before it is done: an offset, or a line of a file
        std::int64_t end = 0;  ///< as captured when the replay began; 0: not known (a file)
        /// The times that were meant, PartitionPlan's: `@-1h` is another one later.
        EpochMs from = PartitionPlan{}.from;
        EpochMs to = PartitionPlan{}.to;

        bool operator==(const Span&) const = default;
    };

    RunWords what;                      ///< the run it is of
    std::string id;                     ///< of the replay, see kReplayHeader
    std::string cluster{};              ///< that Kafka was; empty: not known
    std::map<std::int32_t, Span> spans; ///< by partition, or number of the file
    std::uint64_t records = 0;          ///< done before the spans' `next`, those refused among them
    Gone gone{};                        ///< of all runs so far
    bool refused = false;               ///< some record was, in one of these runs
    bool done = false;                  ///< there is nothing left

    bool operator==(const Checkpoint&) const = default;
};

/// Notes which cluster the checkpoint is of. Throws Error usage, which names `file`, when it is of
/// another: the offsets of one mean nothing in another.
void require_cluster(Checkpoint& checkpoint, const std::string& cluster, std::string_view file);

/// Lets the plan of a partition go on where the span says, up to the end that was captured when the
/// first run began. What the partition does not hold any more is taken off both, and counted.
[[nodiscard]] Gone go_on(PartitionPlan& plan, Checkpoint::Span& span) noexcept;

/// One line of JSON.
[[nodiscard]] std::string checkpoint_text(const Checkpoint& checkpoint);

/// Throws Error usage, which names `file`, when the text is no checkpoint.
[[nodiscard]] Checkpoint parse_checkpoint(std::string_view text, std::string_view file);

} // namespace tlm::replay
