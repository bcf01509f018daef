// SPDX-License-Identifier: Apache-2.0
// A ledger line: proof of what was sent, for whoever counts what arrived.
#pragma once

#include "tools/sim/script.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::sim {

/// FNV-1a with 64 bits: names a payload in the ledger. Not for adversaries.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes) noexcept
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : bytes) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    }
    return hash;
}

/// Appends `{"deviceId":"…","boot":…,"seq":…,"ts":…,"digest":"<16 hex digits>"}` without a newline;
/// the digest is fnv1a of the payload's bytes.
void append_ledger_line(std::string& out, const Message& message);

} // namespace tlm::sim
