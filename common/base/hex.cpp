// SPDX-License-Identifier: Apache-2.0
#include "common/base/hex.hpp"

#include <string_view>

namespace tlm {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

} // namespace

void append_hex(std::string& out, std::span<const unsigned char> bytes)
{
    for (const unsigned char byte : bytes) {
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xFU];
    }
}

void append_hex(std::string& out, std::uint64_t number)
{
    constexpr int kBits = 64;
    for (int shift = kBits - 4; shift >= 0; shift -= 4) {
        out += kDigits[(number >> static_cast<unsigned>(shift)) & 0xFU];
    }
}

} // namespace tlm
