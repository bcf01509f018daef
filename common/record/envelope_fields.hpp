// SPDX-License-Identifier: Apache-2.0
// The members that payload and record share; private to this library.
#pragma once

#include "common/base/time.hpp"
#include "common/record/reject.hpp"

#include <simdjson.h>

#include <cstdint>
#include <optional>

namespace tlm {

/// `ts`: epoch milliseconds (a fraction is cut) or RFC 3339.
[[nodiscard]] Verdict<EpochMs> read_ts(simdjson::dom::element element);

/// `seq` or `boot`: a whole number from 0 to 2^63-1.
[[nodiscard]] std::optional<std::int64_t> read_counter(simdjson::dom::element element);

} // namespace tlm
