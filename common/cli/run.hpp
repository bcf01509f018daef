// SPDX-License-Identifier: Apache-2.0
// What surrounds every program: parsing, log, signals, and errors into exit status.
#pragma once

#include "common/base/exit_status.hpp"
#include "common/cli/option_table.hpp"

#include <functional>

namespace tlm::ops {
class Shutdown;
}

namespace tlm::cli {

/// The tool itself. It returns how it ended, or throws; `shutdown` says when to stop.
using Body = std::function<ExitStatus(ops::Shutdown& shutdown)>;

/// The whole of main(): takes up the numbers of a closed stdin, stdout or stderr (using them still
/// fails), parses, starts the log, blocks the signals, runs the body. The only place that catches
/// everything. `make_table` binds the tool's options struct, which must outlive the call. Returns
/// the exit status.
[[nodiscard]] int run_program(int argc, char** argv, const std::function<OptionTable()>& make_table,
                              const Body& body);

} // namespace tlm::cli
