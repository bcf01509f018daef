// SPDX-License-Identifier: Apache-2.0
// Which options belong to which command of tlm-sim.
#pragma once

#include <vector>

namespace tlm::cli {
class OptionTable;
struct Option;
} // namespace tlm::cli

namespace tlm::sim {

/// What tlm-sim is asked to do.
enum class Command {
    play,   ///< a fleet or recordings
    verify, ///< join ledgers with what arrived
    merge,  ///< add up latencies of several runs
};

struct CommandRows {
    std::vector<const cli::Option*> verify; ///< of verify alone
    std::vector<const cli::Option*> play;   ///< of a run alone
    std::vector<const cli::Option*> mqtt;   ///< of a run with --mqtt alone
    std::vector<const cli::Option*> shared; ///< of verify and a run
};

/// They stay where they are when the table moves.
[[nodiscard]] CommandRows find_command_rows(const cli::OptionTable& table);

/// Throws Error usage when an option of the command line says nothing to the command; what the
/// environment and the configuration file say may be for others.
void refuse_foreign(const CommandRows& rows, Command command, bool mqtt);

} // namespace tlm::sim
