// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_text.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tlm {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD"; // U+FFFD

std::uint8_t byte_at(std::string_view text, std::size_t at)
{
    return static_cast<std::uint8_t>(text[at]);
}

/// The length of the UTF-8 sequence at `at`, or 0 when there is none (RFC 3629 section 4).
std::size_t sequence_length(std::string_view text, std::size_t at)
{
    const std::uint8_t first = byte_at(text, at);
    if (first < 0x80) {
        return 1;
    }
    std::size_t length = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        low = first == 0xE0 ? 0xA0 : low;
        high = first == 0xED ? 0x9F : high;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        low = first == 0xF0 ? 0x90 : low;
        high = first == 0xF4 ? 0x8F : high;
    } else {
        return 0;
    }
    if (at + length > text.size() || byte_at(text, at + 1) < low || byte_at(text, at + 1) > high) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte_at(text, at + i) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    return length;
}

void append_unicode_escape(std::string& out, std::uint8_t code)
{
    out += "\\u00";
    out += kHexDigits[code >> 4U];
    out += kHexDigits[code & 0xFU];
}

/// Escapes one ASCII character that may not stand in a JSON string as it is.
void append_escaped(std::string& out, char c)
{
    switch (c) {
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    default:
        append_unicode_escape(out, static_cast<std::uint8_t>(c));
    }
}

bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

// Eight bytes at once: most of what devices say is ASCII, and needs no look at single bytes.
constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighBits = 0x80 * kOnes;

/// The first byte is the lowest one.
std::uint64_t eight_bytes(const char* from)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof(bytes));
    return std::endian::native == std::endian::big ? __builtin_bswap64(bytes) : bytes;
}

/// How many of eight bytes are is_plain() before the first that is not. A test leaves the high bit
/// in such a byte; the borrow of one may spoil those above it, which do not matter.
std::size_t count_plain(std::uint64_t bytes)
{
    const auto control = bytes - 0x20 * kOnes;
    const auto del = bytes + kOnes;
    const auto quote = (bytes ^ '"' * kOnes) - kOnes;
    const auto backslash = (bytes ^ '\\' * kOnes) - kOnes;
    const auto found = (bytes | control | del | quote | backslash) & kHighBits;
    return static_cast<std::size_t>(std::countr_zero(found)) / 8;
}

/// Appends what is plain, or needs but a backslash, from `at` on; returns where that ends.
std::size_t append_simple(std::string& out, std::string_view text, std::size_t at)
{
    constexpr std::size_t kAtOnce = sizeof(std::uint64_t);
    std::array<char, 512> part; // NOLINT: filled before it is read
    std::size_t used = 0;
    for (bool simple = true; simple && at < text.size();) {
        if (used + kAtOnce + 2 > part.size()) {
            out.append(part.data(), used);
            used = 0;
        }
        if (at + kAtOnce <= text.size()) {
            std::memcpy(part.data() + used, text.data() + at, kAtOnce);
            const auto plain = count_plain(eight_bytes(text.data() + at));
            used += plain;
            at += plain;
            if (plain == kAtOnce) {
                continue;
            }
        }
        const char c = text[at];
        const bool quoted = c == '"' || c == '\\';
        simple = quoted || is_plain(c);
        if (quoted) {
            part[used++] = '\\';
        }
        if (simple) {
            part[used++] = c;
            ++at;
        }
    }
    out.append(part.data(), used);
    return at;
}

} // namespace

void append_json_string(std::string& out, std::string_view text)
{
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        at = append_simple(out, text, at);
        if (at == text.size()) {
            break;
        }
        const char c = text[at];
        const std::size_t length = sequence_length(text, at);
        if (length == 1) {
            append_escaped(out, c);
        } else if (length == 0) {
            out += kReplacement;
        } else if (byte_at(text, at) == 0xC2 && byte_at(text, at + 1) < 0xA0) {
            append_unicode_escape(out, byte_at(text, at + 1));
        } else {
            out += text.substr(at, length);
        }
        at += length == 0 ? 1 : length;
    }
    out += '"';
}

bool is_utf8(std::string_view text) noexcept
{
    for (std::size_t at = 0; at < text.size();) {
        if (at + sizeof(std::uint64_t) <= text.size() &&
            (eight_bytes(text.data() + at) & kHighBits) == 0) {
            at += sizeof(std::uint64_t);
            continue;
        }
        const std::size_t length = sequence_length(text, at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

void append_base64(std::string& out, std::string_view bytes)
{
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = (group << 8U) | (i < count ? byte_at(bytes, at + i) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out += i <= count ? kAlphabet[(group >> (18U - 6U * i)) & 0x3FU] : '=';
        }
    }
}

} // namespace tlm
