// SPDX-License-Identifier: Apache-2.0
// A short number for a text of any length, that a sender cannot aim at.
#pragma once

#include <cstdint>
#include <string_view>

namespace tlm::validation {

/// The key of a digest: random at each start, so that nobody outside can find two texts that
/// share a digest.
struct DigestKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012), 64 bits. Among a
/// million texts two share a digest with a probability of 3e-8.
[[nodiscard]] std::uint64_t digest(std::string_view text, const DigestKey& key) noexcept;

} // namespace tlm::validation
