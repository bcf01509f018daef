// SPDX-License-Identifier: Apache-2.0
// What the exit status of every tlm program means.
#pragma once

namespace tlm {

/// The exit status of every tlm program; see tlm(7), EXIT STATUS.
enum class ExitStatus {
    ok = 0,          ///< done, or stopped on request with everything confirmed
    failure = 1,     ///< failed at run time; a restart may help
    usage = 2,       ///< wrong flag or configuration; a restart will not help
    rejected = 3,    ///< finished, but records were rejected and --strict was given
    unconfirmed = 4, ///< data was not confirmed by the shutdown deadline
};

} // namespace tlm
