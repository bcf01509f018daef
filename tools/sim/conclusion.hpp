// SPDX-License-Identifier: Apache-2.0
// The end of a run: its results, where they were asked for.
#pragma once

#include "common/base/error.hpp"
#include "common/base/exit_status.hpp"
#include "tools/sim/ledger_file.hpp"
#include "tools/sim/run_summary.hpp"
#include "tools/sim/settings.hpp"
#include "tools/sim/truth_file.hpp"

namespace tlm::sim {

/// Throws Error usage when what is written at the end could not be written: before a run of days,
/// not after it.
void require_result_files(const Settings& settings);

/// Writes the end of the ledger, the latencies and the summary; gives the status with which the
/// run ends. Throws Error fatal; the summary is written all the same, and says so.
[[nodiscard]] ExitStatus conclude(RunSummary summary, ExitStatus status, const Settings& settings,
                                  LedgerFile* ledger);

/// The same for a run that `error` ended, and the end of the truth. What cannot be written is told
/// in the log.
void conclude_failed(RunSummary summary, const Error& error, const Settings& settings,
                     LedgerFile* ledger, TruthFile& truth);

} // namespace tlm::sim
