// SPDX-License-Identifier: Apache-2.0
#include "common/formats/json_buffer.hpp"

#include "common/base/json_text.hpp"

#include <cmath>

namespace tlm::formats {
namespace {

constexpr std::uint64_t kEach = 0x0101010101010101U;
constexpr std::uint64_t kHigh = 0x80 * kEach;

constexpr std::uint64_t zero_bytes(std::uint64_t word)
{
    return (word - kEach) & ~word & kHigh;
}

/// True when none of the eight bytes needs an escape or is outside ASCII. A false alarm costs time
/// and nothing else.
constexpr bool all_plain(std::uint64_t word)
{
    const std::uint64_t control = (word - 0x20 * kEach) & ~word & kHigh;
    const std::uint64_t special = zero_bytes(word ^ ('"' * kEach)) |
                                  zero_bytes(word ^ ('\\' * kEach)) |
                                  zero_bytes(word ^ (0x7F * kEach));
    return ((word & kHigh) | control | special) == 0;
}

constexpr bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// Copies `text` as far as it is plain; false when it is not to its end.
bool copy_plain(char* out, std::string_view text)
{
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        if (!all_plain(word)) {
            return false;
        }
        std::memcpy(out + at, &word, sizeof word);
    }
    for (; at < text.size(); ++at) {
        if (!is_plain(text[at])) {
            return false;
        }
        out[at] = text[at];
    }
    return true;
}

} // namespace

void JsonBuffer::grow(std::size_t bytes)
{
    m_bytes.resize(2 * m_bytes.size() + bytes + 256);
}

template <typename Float>
bool JsonBuffer::put_float(Float value)
{
    // Whole numbers below 2^53 are the common case, shorter and quicker as integers.
    constexpr Float kExact = 9007199254740992.0;
    if (std::abs(value) < kExact) {
        const auto whole = static_cast<std::int64_t>(value);
        if (static_cast<Float>(whole) == value && !(whole == 0 && std::signbit(value))) {
            put_integer(whole);
            return true;
        }
    } else if (!std::isfinite(value)) {
        put("null");
        return false;
    } else {
        // Written out, an integer beyond 64 bits would not be read back.
        put_digits(value, std::chars_format::scientific);
        return true;
    }
    put_digits(value);
    return true;
}

bool JsonBuffer::put_number(double value)
{
    return put_float(value);
}

bool JsonBuffer::put_number(float value)
{
    return put_float(value);
}

bool JsonBuffer::put_string(std::string_view text)
{
    char* out = room(text.size() + 2);
    if (copy_plain(out + 1, text)) {
        out[0] = '"';
        out[text.size() + 1] = '"';
        m_size += text.size() + 2;
        return true;
    }
    if (!is_utf8(text)) {
        return false;
    }
    m_escaped.clear();
    append_json_string(m_escaped, text);
    put(m_escaped);
    return true;
}

void JsonBuffer::put_base64(std::string_view bytes)
{
    m_escaped.clear();
    m_escaped += '"';
    append_base64(m_escaped, bytes);
    m_escaped += '"';
    put(m_escaped);
}

} // namespace tlm::formats
