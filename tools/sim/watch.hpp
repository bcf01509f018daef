// SPDX-License-Identifier: Apache-2.0
// tlm-sim verify --follow: looks at all places while a run goes on.
#pragma once

#include "tools/sim/latencies.hpp"
#include "tools/sim/ledger_files.hpp"
#include "tools/sim/verify_settings.hpp"

namespace tlm::ops {
class Shutdown;
}

namespace tlm::sim {

enum class WatchEnd {
    complete, ///< every run has ended and all has arrived
    timeout,
    stopped, ///< a stop was requested
};

/// Measures until every run of the ledgers has ended and all has arrived, or until nothing was
/// sent and nothing arrived for settings.timeout: a run that was killed has no end. Waits for the
/// first ledger line as long as it takes. Says in the log when it is ready: what arrives before
/// is not measured.
[[nodiscard]] WatchEnd watch(const VerifySettings& settings, LedgerFiles& ledgers,
                             SentMessages& sent, ops::Shutdown& shutdown, Latencies& latencies);

} // namespace tlm::sim
