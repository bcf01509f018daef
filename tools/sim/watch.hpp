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

/// Measures until every run of the ledgers has ended and all has arrived, or until
/// settings.timeout after the last run ended or, later, after the last arrival. Says in the log
/// when it is ready: what arrives before is not measured. False when a stop was requested.
[[nodiscard]] bool watch(const VerifySettings& settings, LedgerFiles& ledgers, SentMessages& sent,
                         ops::Shutdown& shutdown, Latencies& latencies);

} // namespace tlm::sim
