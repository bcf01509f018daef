// SPDX-License-Identifier: Apache-2.0
#include "common/base/base64.hpp"

#include <cstdint>

namespace tlm {
namespace {

constexpr std::uint32_t kNotBase64 = 64;

std::uint32_t six_bits(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return static_cast<std::uint32_t>(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return static_cast<std::uint32_t>(c - 'a') + 26;
    }
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint32_t>(c - '0') + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : kNotBase64;
}

} // namespace

bool append_decoded_base64(std::string& out, std::string_view text)
{
    if (text.size() % 4 != 0) {
        return false;
    }
    while (!text.empty()) {
        const auto quad = text.substr(0, 4);
        text.remove_prefix(4);
        const std::size_t padding = !text.empty()          ? 0
                                    : quad.ends_with("==") ? 2
                                    : quad.ends_with('=')  ? 1
                                                           : 0;
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const auto six = i < 4 - padding ? six_bits(quad[i]) : 0;
            if (six == kNotBase64) {
                return false;
            }
            bits = bits << 6U | six;
        }
        if (padding > 0 && (bits & (padding == 2 ? 0xFFFFU : 0xFFU)) != 0) {
            return false; // bits that no byte has: another text would mean the same
        }
        for (std::size_t i = 0; i < 3 - padding; ++i) {
            out += static_cast<char>(bits >> (16 - 8 * i));
        }
    }
    return true;
}

} // namespace tlm
