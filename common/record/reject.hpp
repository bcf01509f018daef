// SPDX-License-Identifier: Apache-2.0
// Why a piece of data was not accepted: a value, never an exception.
#pragma once

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
    refused_by_kafka, ///< Kafka's rules for the topic, other than its size
    refused_by_store, ///< the database refused the row
};

[[nodiscard]] std::string_view reason_name(Reason reason) noexcept;

/// One rejection: what, where (JSON Pointer, RFC 6901; empty for the whole) and a plain sentence.
struct Reject {
    Reason reason;
    std::string path;
    std::string detail;
};

/// What judging a piece of data gives: a T, or why not.
template <typename T>
using Verdict = std::variant<T, Reject>;

} // namespace tlm
