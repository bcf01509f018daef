// SPDX-License-Identifier: Apache-2.0
// Wall time that is fine enough to measure latencies between processes of one machine.
#pragma once

#include "tools/sim/ledger_line.hpp"

#include <chrono>

namespace tlm::sim {

[[nodiscard]] inline EpochMicros now_micros()
{
    using std::chrono::duration_cast;
    return duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace tlm::sim
