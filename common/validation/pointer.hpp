// SPDX-License-Identifier: Apache-2.0
// A JSON Pointer (RFC 6901), read once and followed often.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simdjson::dom {
class element;
} // namespace simdjson::dom

namespace tlm::validation {

/// A token as it stands in a pointer: `~` and `/` escaped.
[[nodiscard]] std::string escape_token(std::string_view token);

/// Where a value stands in the text of its document: indexes of bytes.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// A pointer to a value below the root. Immutable.
class Pointer {
  public:
    /// Empty when the text is no pointer, or is the empty one.
    [[nodiscard]] static std::optional<Pointer> parse(std::string_view text);

    /// The value that it names; empty when there is none.
    [[nodiscard]] std::optional<simdjson::dom::element>
    find(const simdjson::dom::element& root) const;

    struct Place {
        Span key; ///< with its quotes; empty in an array
        Span value;
    };

    /// Where the value stands in `json`, the text that `root` was parsed from. Only when find()
    /// has found it.
    [[nodiscard]] Place locate(const simdjson::dom::element& root, std::string_view json) const;

    /// The object or array around the value; empty when there is none.
    [[nodiscard]] std::optional<simdjson::dom::element>
    find_parent(const simdjson::dom::element& root) const;

    /// The same pointer with another last token.
    [[nodiscard]] Pointer sibling(std::string_view token) const;

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }

    [[nodiscard]] const std::vector<std::string>& tokens() const noexcept { return m_tokens; }

  private:
    std::string m_text;
    std::vector<std::string> m_tokens; ///< unescaped
};

} // namespace tlm::validation
