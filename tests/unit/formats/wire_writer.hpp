// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format written by hand, for messages that no encoder would write.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace tlm::test {

class WireWriter {
  public:
    WireWriter& varint(unsigned field, std::uint64_t value)
    {
        put(field << 3U);
        return put(value);
    }

    WireWriter& bytes(unsigned field, std::string_view value)
    {
        put(field << 3U | 2U);
        put(value.size());
        m_text += value;
        return *this;
    }

    WireWriter& fixed32(unsigned field, float value)
    {
        put(field << 3U | 5U);
        return raw(std::bit_cast<std::uint32_t>(value), 4);
    }

    WireWriter& fixed64(unsigned field, double value)
    {
        put(field << 3U | 1U);
        return raw(std::bit_cast<std::uint64_t>(value), 8);
    }

    [[nodiscard]] const std::string& text() const { return m_text; }

  private:
    WireWriter& put(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7U) {
            m_text += static_cast<char>((value & 0x7FU) | 0x80U);
        }
        m_text += static_cast<char>(value);
        return *this;
    }

    WireWriter& raw(std::uint64_t value, int size)
    {
        for (int i = 0; i < size; ++i, value >>= 8U) {
            m_text += static_cast<char>(value);
        }
        return *this;
    }

    std::string m_text;
};

} // namespace tlm::test
