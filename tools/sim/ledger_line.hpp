// SPDX-License-Identifier: Apache-2.0
// A ledger line: proof of what was sent, for whoever counts what arrived.
#pragma once

#include "tools/sim/script.hpp"

#include <string>

namespace tlm::sim {

/// Appends `{"deviceId":"…","boot":…,"seq":…,"ts":…,"digest":"<16 hex digits>"}` without a newline;
/// the digest is fnv1a() of the payload's bytes. A message with a fault of its bytes or order has
/// `"fault":"KIND"` at the end.
void append_ledger_line(std::string& out, const Message& message);

} // namespace tlm::sim
