// SPDX-License-Identifier: Apache-2.0
// The verdict of tlm-sim verify, for people and for programs.
#pragma once

#include "tools/sim/hop.hpp"
#include "tools/sim/latencies.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tlm::sim {

struct VerifyReport {
    std::uint64_t messages = 0; ///< in the ledger
    std::uint64_t devices = 0;
    std::uint64_t unfinished_runs = 0; ///< that began and did not say that they ended
    bool valid = true;                 ///< no run was late by its own fault
    std::vector<HopReport> hops{};
    Latencies latencies{};
    bool duplicates_allowed = true;

    /// True when a hop broke its promise.
    [[nodiscard]] bool breach() const noexcept;
};

/// Appends a table of the hops, the first cases of each flaw and, where something was measured, a
/// table of latencies.
void append_text(std::string& out, const VerifyReport& report);

/// Appends one JSON object, without a newline.
void append_json(std::string& out, const VerifyReport& report);

/// Appends a table of latencies, a hop a line; nothing when nothing was measured.
void append_latency_table(std::string& out, const Latencies& latencies);

} // namespace tlm::sim
