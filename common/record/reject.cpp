// SPDX-License-Identifier: Apache-2.0
#include "common/record/reject.hpp"

namespace tlm {

std::string_view reason_name(Reason reason) noexcept
{
    switch (reason) {
    case Reason::bad_topic:
        return "bad_topic";
    case Reason::bad_device_id:
        return "bad_device_id";
    case Reason::empty_payload:
        return "empty_payload";
    case Reason::too_long:
        return "too_long";
    case Reason::invalid_utf8:
        return "invalid_utf8";
    case Reason::not_json:
        return "not_json";
    case Reason::not_an_object:
        return "not_an_object";
    case Reason::too_deep:
        return "too_deep";
    case Reason::duplicate_key:
        return "duplicate_key";
    case Reason::nul_in_string:
        return "nul_in_string";
    case Reason::number_range:
        return "number_range";
    case Reason::spoofed_id:
        return "spoofed_id";
    case Reason::bad_ts:
        return "bad_ts";
    case Reason::bad_seq:
        return "bad_seq";
    case Reason::bad_boot:
        return "bad_boot";
    case Reason::not_a_record:
        return "not_a_record";
    case Reason::schema:
        return "schema";
    case Reason::schema_limit:
        return "schema_limit";
    case Reason::pattern_limit:
        return "pattern_limit";
    case Reason::refused_by_kafka:
        return "refused_by_kafka";
    case Reason::refused_by_store:
        return "refused_by_store";
    case Reason::unknown_device:
        return "unknown_device";
    case Reason::rate_limited:
        return "rate_limited";
    case Reason::duplicate:
        return "duplicate";
    case Reason::ts_too_old:
        return "ts_too_old";
    case Reason::ts_in_future:
        return "ts_in_future";
    case Reason::out_of_range:
        return "out_of_range";
    case Reason::too_steep:
        return "too_steep";
    case Reason::stuck_value:
        return "stuck_value";
    case Reason::bad_protobuf:
        return "bad_protobuf";
    case Reason::bad_sparkplug:
        return "bad_sparkplug";
    case Reason::no_birth:
        return "no_birth";
    case Reason::bad_cloudevent:
        return "bad_cloudevent";
    case Reason::bad_framing:
        return "bad_framing";
    case Reason::unknown_schema_id:
        return "unknown_schema_id";
    }
    return "unknown";
}

} // namespace tlm
