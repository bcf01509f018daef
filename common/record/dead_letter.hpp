// SPDX-License-Identifier: Apache-2.0
// The dead letter: what was rejected, byte for byte, and why.
#pragma once

#include "common/base/time.hpp"
#include "common/record/header.hpp"
#include "common/record/reject.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm {

/// Where the whole payload is of a dead letter that carries only its beginning.
struct Spilled {
    std::uint64_t size = 0; ///< in bytes
    std::string sha256;     ///< in hexadecimal
    std::string file;       ///< on the machine of the program that rejected it

    bool operator==(const Spilled&) const = default;
};

/// Something that was not accepted, on its way to where it can be examined and sent again.
/// As a Kafka record its value is `payload`, unchanged, its key `key`, the rest are headers; in a
/// file or on stderr it is one line of NDJSON. See tlm-record(5), DEAD LETTERS.
struct DeadLetter {
    Reject reject;
    std::string_view payload;     ///< the original bytes; not owned
    std::string_view key;         ///< the original key or the device id, may be empty; not owned
    std::vector<Header> source{}; ///< where it came from: name without `tlm-source-`, value
    EpochMs received_at = 0;
    unsigned attempt = 1;          ///< how often this payload was rejected so far
    std::vector<Header> headers{}; ///< of the original on Kafka: they stay with it on Kafka
    std::uint64_t suppressed = 0;  ///< above 0: no payload, a summary of so many that were not sent
    std::optional<Spilled> spilled{}; ///< then `payload` is only the first bytes
};

/// True for a header that a rejection said, and that the next one says anew.
[[nodiscard]] bool is_of_rejection(std::string_view name) noexcept;

/// How often a payload with these headers was rejected before: its tlm-attempt, else 0.
[[nodiscard]] unsigned attempts_before(std::span<const Header> headers) noexcept;

/// The headers of a dead letter on Kafka: those of the original, without what an earlier rejection
/// said, then tlm-reason, tlm-detail, tlm-path, tlm-schema,
/// tlm-source-*, tlm-received-at, tlm-attempt, tlm-suppressed, and tlm-payload-size, -sha256 and
/// -file of a spilled one.
[[nodiscard]] std::vector<Header> dead_letter_headers(const DeadLetter& letter);

/// Appends the letter as one line of NDJSON without its newline; bytes that are not UTF-8 go into
/// `payload_b64` instead of `payload` (likewise `key_b64`), so nothing of them is changed.
void append_dead_letter(std::string& out, const DeadLetter& letter);

} // namespace tlm
