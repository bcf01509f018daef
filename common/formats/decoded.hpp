// SPDX-License-Identifier: Apache-2.0
// What all decoders say of a message beside the JSON that they append.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tlm::formats {

/// Limits on what a decoder takes and makes of it; beyond them the verdict is too_long or too_deep.
struct DecodeLimits {
    std::size_t max_bytes = 256 * 1024; ///< of the encoded message
    std::size_t max_json = 1024 * 1024; ///< of the JSON made of it: some encodings grow much
    std::size_t max_depth = 64;         ///< of nested messages, the outermost among them
};

/// Counts for the metrics. None of it is an error: the message was taken.
struct Decoded {
    std::uint64_t unknown_fields = 0; ///< skipped, because the schema does not have them
    std::uint64_t not_finite = 0;     ///< NaN and infinities: JSON has none, they became null
};

} // namespace tlm::formats
