// SPDX-License-Identifier: Apache-2.0
#include "common/record/reject.hpp"

#include <array>
#include <cstddef>

namespace tlm {

namespace {

/// In the order of Reason.
constexpr std::array<std::string_view, kReasonCount> kNames{
    "bad_topic",        "bad_device_id",  "empty_payload",  "too_long",      "invalid_utf8",
    "not_json",         "not_an_object",  "too_deep",       "duplicate_key", "nul_in_string",
    "number_range",     "spoofed_id",     "bad_ts",         "bad_seq",       "bad_boot",
    "not_a_record",     "schema",         "schema_limit",   "pattern_limit", "refused_by_kafka",
    "refused_by_store", "unknown_device", "rate_limited",   "duplicate",     "ts_too_old",
    "ts_in_future",     "out_of_range",   "too_steep",      "stuck_value",   "bad_protobuf",
    "bad_sparkplug",    "no_birth",       "bad_cloudevent", "bad_framing",   "unknown_schema_id",
};
static_assert(!kNames.back().empty(), "a reason without a name");

} // namespace

std::string_view reason_name(Reason reason) noexcept
{
    return kNames.at(static_cast<std::size_t>(reason));
}

} // namespace tlm
