// SPDX-License-Identifier: Apache-2.0
// JSON text being written; private to this library.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::formats {

/// A buffer that is kept between messages, so that writing allocates nothing once it is warm.
/// Members and elements are written with a comma behind each; close() replaces the last one.
class JsonBuffer {
  public:
    void clear() noexcept { m_size = 0; }

    [[nodiscard]] std::string_view text() const noexcept { return {m_bytes.data(), m_size}; }

    [[nodiscard]] std::size_t size() const noexcept { return m_size; }

    void put(char c)
    {
        *room(1) = c;
        ++m_size;
    }

    void put(std::string_view text)
    {
        std::memcpy(room(text.size()), text.data(), text.size());
        m_size += text.size();
    }

    /// Back to an earlier size().
    void cut(std::size_t size) noexcept { m_size = size; }

    void comma() { put(','); }

    /// Ends an object or array: in the place of the comma behind its last member, if it has any.
    void close(char bracket)
    {
        if (m_size > 0 && m_bytes[m_size - 1] == ',') {
            m_bytes[m_size - 1] = bracket;
        } else {
            put(bracket);
        }
    }

    void put_integer(std::int64_t value) { put_digits(value); }

    void put_integer(std::uint64_t value) { put_digits(value); }

    /// The shortest text that reads back as the same value; `null` and false for NaN and
    /// infinities, which JSON cannot say.
    [[nodiscard]] bool put_number(double value);
    [[nodiscard]] bool put_number(float value);

    /// A string with its quotes; false, and nothing is written, when `text` is not UTF-8.
    [[nodiscard]] bool put_string(std::string_view text);

    /// As a string in base64 (RFC 4648 section 4).
    void put_base64(std::string_view bytes);

  private:
    static constexpr std::size_t kLongestNumber = 32;

    char* room(std::size_t bytes)
    {
        if (m_bytes.size() - m_size < bytes) {
            grow(bytes);
        }
        return m_bytes.data() + m_size;
    }

    void grow(std::size_t bytes);

    template <typename Number, typename... Format>
    void put_digits(Number value, Format... format)
    {
        char* begin = room(kLongestNumber);
        char* const end = std::to_chars(begin, begin + kLongestNumber, value, format...).ptr;
        m_size += static_cast<std::size_t>(end - begin);
    }

    template <typename Float>
    bool put_float(Float value);

    std::vector<char> m_bytes; ///< all of it is room; what is written ends at m_size
    std::size_t m_size = 0;
    std::string m_escaped;
};

} // namespace tlm::formats
