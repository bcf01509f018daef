// SPDX-License-Identifier: Apache-2.0
#include "common/formats/wire.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace tlm::formats {
namespace {

constexpr unsigned kGroupEnd = 4;
constexpr std::size_t kDeepestGroup = 32;

} // namespace

bool WireReader::read_long_varint(std::uint64_t& value) noexcept
{
    constexpr unsigned kLongest = 10;
    value = 0;
    for (unsigned i = 0; i < kLongest; ++i) {
        if (m_at == m_end) {
            return fail("the message ends inside a varint");
        }
        const auto byte = static_cast<std::uint8_t>(*m_at++);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << (7 * i); // bits beyond 64 fall off
        if (byte < 0x80) {
            return true;
        }
    }
    return fail("a varint has more than 10 bytes");
}

bool WireReader::read_fixed(std::size_t size, std::uint64_t& value) noexcept
{
    static_assert(std::endian::native == std::endian::little);
    if (static_cast<std::size_t>(m_end - m_at) < size) {
        return fail("the message ends inside a fixed-size number");
    }
    value = 0;
    std::memcpy(&value, m_at, size);
    m_at += size;
    return true;
}

bool WireReader::read_bytes(std::string_view& bytes) noexcept
{
    std::uint64_t size = 0;
    if (!read_varint(size)) {
        return false;
    }
    if (size > static_cast<std::uint64_t>(m_end - m_at)) {
        return fail("a length reaches beyond the end of the message");
    }
    bytes = {m_at, static_cast<std::size_t>(size)};
    m_at += size;
    return true;
}

bool WireReader::read_tag(std::uint64_t tag, WireField& field) noexcept
{
    constexpr std::uint64_t kLargestTag = 0xFFFFFFFF;
    if (tag > kLargestTag || tag < 8) {
        return fail("a field number is not between 1 and 2^29-1");
    }
    field.number = static_cast<std::uint32_t>(tag >> 3U);
    const auto type = static_cast<unsigned>(tag & 7U);
    if (type == kGroupEnd) {
        return fail("a group ends that has not begun");
    }
    if (type > kGroupEnd + 1) {
        return fail("a field has a wire type that does not exist");
    }
    field.type = static_cast<WireType>(type);
    return true;
}

bool WireReader::read_value(WireField& field) noexcept
{
    switch (field.type) {
    case WireType::varint:
        return read_varint(field.value);
    case WireType::fixed64:
        return read_fixed(8, field.value);
    case WireType::fixed32:
        return read_fixed(4, field.value);
    case WireType::bytes:
        return read_bytes(field.bytes);
    case WireType::group:
        break;
    }
    return false;
}

/// Groups within groups are counted on a stack of fixed size: no input makes this recurse.
bool WireReader::skip_group(std::uint32_t number) noexcept
{
    std::array<std::uint32_t, kDeepestGroup> open{};
    std::size_t depth = 0;
    open[depth++] = number;
    while (depth > 0) {
        std::uint64_t tag = 0;
        if (!read_varint(tag)) {
            return fail("the message ends inside a group");
        }
        if ((tag & 7U) == kGroupEnd) {
            if (tag >> 3U != open[depth - 1]) {
                return fail("a group ends that has not begun");
            }
            --depth;
            continue;
        }
        WireField field;
        if (!read_tag(tag, field)) {
            return false;
        }
        if (field.type != WireType::group) {
            if (!read_value(field)) {
                return false;
            }
        } else if (depth == open.size()) {
            return fail("groups are nested deeper than the limit");
        } else {
            open[depth++] = field.number;
        }
    }
    return true;
}

} // namespace tlm::formats
