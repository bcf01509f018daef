// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format, written field by field; private to this library.
#pragma once

#include "common/formats/wire.hpp"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::formats {

/// Appends fields to a message. Source: protobuf.dev/programming-guides/encoding.
class WireWriter {
  public:
    /// `out` must outlive this object.
    explicit WireWriter(std::string& out) noexcept : m_out(out) {}

    void varint(std::uint32_t field, std::uint64_t value)
    {
        tag(field, WireType::varint);
        put(value);
    }

    void fixed32(std::uint32_t field, std::uint32_t value)
    {
        tag(field, WireType::fixed32);
        raw(&value, sizeof value);
    }

    void fixed64(std::uint32_t field, std::uint64_t value)
    {
        tag(field, WireType::fixed64);
        raw(&value, sizeof value);
    }

    void real32(std::uint32_t field, float value)
    {
        fixed32(field, std::bit_cast<std::uint32_t>(value));
    }

    void real64(std::uint32_t field, double value)
    {
        fixed64(field, std::bit_cast<std::uint64_t>(value));
    }

    void bytes(std::uint32_t field, std::string_view value)
    {
        tag(field, WireType::bytes);
        put(value.size());
        m_out += value;
    }

  private:
    void tag(std::uint32_t field, WireType type)
    {
        put(std::uint64_t{field} << 3U | static_cast<std::uint64_t>(type));
    }

    void put(std::uint64_t value)
    {
        constexpr std::uint64_t kMore = 0x80;
        for (; value >= kMore; value >>= 7U) {
            m_out.push_back(static_cast<char>(value | kMore));
        }
        m_out.push_back(static_cast<char>(value));
    }

    void raw(const void* value, std::size_t size)
    {
        static_assert(std::endian::native == std::endian::little);
        m_out.append(static_cast<const char*>(value), size);
    }

    std::string& m_out;
};

/// What sint32 and sint64 carry for a signed number.
[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) noexcept
{
    return static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U);
}

} // namespace tlm::formats
