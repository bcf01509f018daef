// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format, one field at a time; private to this library.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tlm::formats {

/// The wire types of the encoding; a group is given whole, as one field.
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, group = 3, fixed32 = 5 };

struct WireField {
    std::uint32_t number = 0; ///< 1 to 2^29-1
    WireType type = WireType::varint;
    std::uint64_t value = 0; ///< of varint, fixed64, fixed32
    std::string_view bytes;  ///< of bytes (a view into the message); of a group nothing
};

/// Reads fields off the front of a message. Never reads outside the bytes given, never recurses.
/// Source: protobuf.dev/programming-guides/encoding.
class WireReader {
  public:
    enum class Step { field, end, malformed };

    explicit WireReader(std::string_view bytes) noexcept
        : m_at(bytes.data()), m_end(bytes.data() + bytes.size())
    {}

    /// The next field. After `malformed` error() says what is wrong and reading is over.
    [[nodiscard]] Step next(WireField& field) noexcept
    {
        if (m_at == m_end) {
            return Step::end;
        }
        std::uint64_t tag = 0;
        return read_varint(tag) && read_tag(tag, field) &&
                       (field.type == WireType::group ? skip_group(field.number)
                                                      : read_value(field))
                   ? Step::field
                   : Step::malformed;
    }

    // Elements of a packed field; false at the end and when malformed.
    [[nodiscard]] bool at_end() const noexcept { return m_at == m_end; }

    [[nodiscard]] bool read_varint(std::uint64_t& value) noexcept
    {
        if (m_at != m_end && static_cast<std::uint8_t>(*m_at) < 0x80) {
            value = static_cast<std::uint8_t>(*m_at++);
            return true;
        }
        return read_long_varint(value);
    }

    [[nodiscard]] bool read_fixed(std::size_t size, std::uint64_t& value) noexcept
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

    [[nodiscard]] bool read_bytes(std::string_view& bytes) noexcept
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

    /// What is not read yet.
    [[nodiscard]] std::string_view rest() const noexcept
    {
        return {m_at, static_cast<std::size_t>(m_end - m_at)};
    }

    /// A plain sentence, of static storage.
    [[nodiscard]] std::string_view error() const noexcept { return m_error; }

  private:
    bool fail(std::string_view error) noexcept
    {
        m_error = error;
        return false;
    }

    [[nodiscard]] bool read_long_varint(std::uint64_t& value) noexcept;

    [[nodiscard]] bool read_tag(std::uint64_t tag, WireField& field) noexcept
    {
        constexpr std::uint64_t kLargestTag = 0xFFFFFFFF;
        const auto type = static_cast<unsigned>(tag & 7U);
        if (tag > kLargestTag || tag < 8) {
            return fail("a field number is not between 1 and 2^29-1");
        }
        if (type == kGroupEnd) {
            return fail("a group ends that has not begun");
        }
        if (type > kGroupEnd + 1) {
            return fail("a field has a wire type that does not exist");
        }
        field.number = static_cast<std::uint32_t>(tag >> 3U);
        field.type = static_cast<WireType>(type);
        return true;
    }

    [[nodiscard]] bool read_value(WireField& field) noexcept
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

    [[nodiscard]] bool skip_group(std::uint32_t number) noexcept;

    static constexpr unsigned kGroupEnd = 4;

    const char* m_at;
    const char* m_end;
    std::string_view m_error;
};

/// The signed number that sint32 and sint64 carry.
[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) noexcept
{
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

} // namespace tlm::formats
