// SPDX-License-Identifier: Apache-2.0
#include "common/formats/wire.hpp"

#include <array>

namespace tlm::formats {
namespace {

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
