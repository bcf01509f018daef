// SPDX-License-Identifier: Apache-2.0
// Timestamp and Duration as ProtoJSON writes them; private to this library.
#pragma once

#include "common/formats/json_buffer.hpp"

#include <cstdint>

namespace tlm::formats {

/// RFC 3339 in UTC with 0, 3, 6 or 9 digits of a second; false, and nothing is written, outside
/// the years 1 to 9999 and for nanoseconds outside 0 to 999,999,999.
[[nodiscard]] bool put_timestamp(JsonBuffer& json, std::int64_t seconds, std::int32_t nanos);

/// `"-1.500s"`; false, and nothing is written, beyond 10,000 years or when the signs differ.
[[nodiscard]] bool put_duration(JsonBuffer& json, std::int64_t seconds, std::int32_t nanos);

} // namespace tlm::formats
