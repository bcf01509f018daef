// SPDX-License-Identifier: Apache-2.0
// Why a piece of data was not accepted: a value, never an exception.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace tlm {

/// Why data was rejected. The names (see reason_name) are part of the interface: they are the
/// `reason` of dead letters and the `reason` label of metrics; tlm-record(5) explains each.
enum class Reason {
    bad_topic,     ///< the topic does not fit the template
    bad_device_id, ///< the device id is empty, too long or has characters outside [A-Za-z0-9._:-]
    empty_payload, ///< no bytes
    too_long,      ///< longer than the limit for a payload or a line
    invalid_utf8,  ///< not UTF-8
    not_json,      ///< not JSON as RFC 8259 defines it
    not_an_object, ///< JSON, but not an object
    too_deep,      ///< nested deeper than the limit
    duplicate_key, ///< an object has the same key twice: readers would disagree on its value
    nul_in_string, ///< U+0000 in a string or key: PostgreSQL and C readers cannot hold it
    number_range,  ///< a number that int64, uint64 and double cannot hold
    spoofed_id,    ///< the payload claims another device than the topic does
    bad_ts,        ///< `ts` is neither epoch milliseconds nor RFC 3339
    bad_seq,       ///< `seq` is not a whole number from 0 to 2^63-1
    bad_boot,      ///< `boot` is not a whole number from 0 to 2^63-1
    not_a_record,  ///< JSON, but not the record of tlm-record(5)
    schema,        ///< violates the JSON Schema
    schema_limit,  ///< judging it by the schema took more levels or steps than the limit
    pattern_limit, ///< a pattern of the schema took more work than the limit
    refused_by_kafka, ///< Kafka's rules for the topic, other than its size
    refused_by_store, ///< the database refused the row
    unknown_device,   ///< the device is not in the registry
    rate_limited,     ///< the device sends more than it may
    duplicate,        ///< the device's boot and seq were let through before
    ts_too_old,       ///< `ts` is further behind `receivedAt` than the limit
    ts_in_future,     ///< `ts` is further ahead of `receivedAt` than the limit
    out_of_range,     ///< a value is below or above what is plausible
    too_steep,        ///< a value changed faster than is plausible
    stuck_value,      ///< a value has not changed for longer than is plausible
    bad_protobuf,     ///< not the Protobuf message that the descriptor set describes
    bad_sparkplug,    ///< not a Sparkplug B message, or one that breaks its own rules
    no_birth, ///< a Sparkplug metric that only the birth certificate explains, and it is not here
    bad_cloudevent,    ///< not a CloudEvent of version 1.0
    bad_framing,       ///< without the five bytes that name a registered schema, or cut inside them
    unknown_schema_id, ///< no registered schema has this id
};

/// For arrays indexed by Reason.
inline constexpr std::size_t kReasonCount = static_cast<std::size_t>(Reason::unknown_schema_id) + 1;

[[nodiscard]] std::string_view reason_name(Reason reason) noexcept;

/// One rejection: what, where (JSON Pointer, RFC 6901; empty for the whole) and a plain sentence.
struct Reject {
    static constexpr std::size_t kMaxPath = 256; ///< bytes; what is longer is cut at its end

    Reason reason;
    std::string path;
    std::string detail;
    std::string schema_path{}; ///< JSON Pointer into the schema or rules file, where one judged
};

/// What judging a piece of data gives: a T, or why not.
template <typename T>
using Verdict = std::variant<T, Reject>;

} // namespace tlm
