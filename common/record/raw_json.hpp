// SPDX-License-Identifier: Apache-2.0
// Where the values of a JSON text stand, byte for byte: a parsed document does not keep that.
#pragma once

#include <cstddef>
#include <string_view>

namespace tlm {

inline constexpr std::string_view kJsonWhiteSpace = " \t\r\n";

/// All functions here take text that a parser has accepted: on other text they may run past its
/// end. Each returns the index behind what it names; `at` must be where that begins.
[[nodiscard]] inline std::size_t skip_white_space(std::string_view json, std::size_t at)
{
    // Not find_first_not_of() and its kin: they look at each byte with a call of memchr.
    while (at < json.size() &&
           (json[at] == ' ' || json[at] == '\t' || json[at] == '\r' || json[at] == '\n')) {
        ++at;
    }
    return at;
}

[[nodiscard]] std::size_t skip_string(std::string_view json, std::size_t at);
[[nodiscard]] std::size_t skip_value(std::string_view json, std::size_t at);

/// Walks over the members of an object, or the items of an array, in the order of the text.
class RawMembers {
  public:
    /// `begin` is the index of the opening brace or bracket in `json`.
    RawMembers(std::string_view json, std::size_t begin);

    /// Goes to the next member; false behind the last.
    [[nodiscard]] bool next();

    /// The key as it is written, with its quotes and escapes; empty in an array.
    [[nodiscard]] std::string_view key() const noexcept
    {
        return m_json.substr(m_key, m_key_end - m_key);
    }

    [[nodiscard]] std::string_view value() const noexcept
    {
        return m_json.substr(m_value, m_value_end - m_value);
    }

    [[nodiscard]] std::size_t key_begin() const noexcept { return m_key; }

    [[nodiscard]] std::size_t value_begin() const noexcept { return m_value; }

  private:
    std::string_view m_json;
    std::size_t m_at;
    bool m_is_object;
    std::size_t m_key = 0;
    std::size_t m_key_end = 0;
    std::size_t m_value = 0;
    std::size_t m_value_end = 0;
};

} // namespace tlm
