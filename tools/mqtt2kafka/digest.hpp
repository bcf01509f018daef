// SPDX-License-Identifier: Apache-2.0
// What a message is recognised by when it comes again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tlm::mqtt2kafka {

/// 128 bits of XXH3 over who speaks and what is said. Two messages of one device with the same
/// bytes have the same digest; others never, for all practical purposes, as `seed` is chosen anew
/// by each process and no device knows it.
struct Digest {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    bool operator==(const Digest&) const = default;
};

struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept { return digest.low; }
};

/// `who`: a device id, or a topic where none can be read. `json`: line breaks count as spaces, for
/// that is what becomes of them in a record.
[[nodiscard]] Digest digest_of(std::uint64_t seed, std::string_view who, std::string_view json);

} // namespace tlm::mqtt2kafka
