// SPDX-License-Identifier: Apache-2.0
// A short name for bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace tlm {

/// FNV-1a with 64 bits: tells texts apart that nobody chose to collide. Not for adversaries.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes) noexcept
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : bytes) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    }
    return hash;
}

} // namespace tlm
