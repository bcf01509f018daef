// SPDX-License-Identifier: Apache-2.0
// What a run of tlm-sim has to say at its end.
#pragma once

#include "tools/sim/latencies.hpp"

#include <cstdint>
#include <string>

namespace tlm::sim {

/// The generator may be this late with one message in a hundred before its figures mean nothing.
inline constexpr nanoseconds kMostGeneratorLag = std::chrono::milliseconds{10};

struct RunSummary {
    std::uint64_t sent = 0;
    std::uint64_t confirmed = 0; ///< acknowledged, or written
    std::uint64_t refused = 0;
    std::uint64_t resent = 0;
    std::uint64_t unheard = 0;     ///< what edge nodes had to say without a connection
    std::uint64_t in_doubt = 0;    ///< at QoS 2 sent again, although it may have arrived
    std::uint64_t connections = 0; ///< opened for the first time
    std::uint64_t reconnects = 0;
    double seconds = 0;
    bool paced = false; ///< there was a plan, so it was possible to be late
    int exit_status = 0;
    std::string error{};     ///< that ended the run; empty: none
    Histogram generator_lag; ///< from when a message was due and could be sent until it was
    Latencies latencies{};

    /// False when the generator itself was late: the latencies of the run may be its own.
    [[nodiscard]] bool valid() const noexcept
    {
        return !paced || generator_lag.quantile(0.99) <= kMostGeneratorLag;
    }

    /// Why it is not valid; empty when it is.
    [[nodiscard]] std::string invalid() const;

    [[nodiscard]] double rate() const noexcept;
};

/// Appends the summary as one JSON object, without a newline.
void append_summary(std::string& out, const RunSummary& summary, Buckets buckets);

} // namespace tlm::sim
