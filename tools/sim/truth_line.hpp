// SPDX-License-Identifier: Apache-2.0
// A truth line: what was done to a message on purpose, for whoever judges what was noticed.
#pragma once

#include "tools/sim/encoder.hpp"
#include "tools/sim/fault_rule.hpp"
#include "tools/sim/script.hpp"

#include <string>
#include <string_view>

namespace tlm::sim {

/// Appends `{"kind":"…","deviceId":"…","boot":…,"seq":…,"ts":…,"expected":…}` and a line break.
/// `ts` is the true time of the message; `expected` is JSON.
void append_truth(std::string& out, FaultKind kind, const Message& message,
                  std::string_view expected);

/// The same with `metric` and `said`, of a value that was changed; expected is what was measured.
void append_value_truth(std::string& out, FaultKind kind, const Message& message,
                        std::string_view metric, const ValueChange& change);

/// `{"kind":"reconnect_storm","deviceId":"…","boot":…,"ts":…,"expected":"a new connection"}`: of a
/// device, not of a message.
void append_cut_truth(std::string& out, std::string_view device_id, std::int64_t boot, EpochMs ts);

} // namespace tlm::sim
