// SPDX-License-Identifier: Apache-2.0
// JSON parsed and guarded. For sources only, not for headers: simdjson is slow to include.
#pragma once

#include "common/record/reject.hpp"

#include <simdjson.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace tlm {

/// Parses one JSON text with simdjson's DOM (which rejects all that RFC 8259 does not allow and
/// bounds recursion) and checks what readers would disagree on: duplicate keys at any depth,
/// U+0000 in strings, numbers beyond int64, uint64 and double.
class GuardedJson {
  public:
    /// `max_depth` levels of objects and arrays are taken, the outermost among them; empty
    /// ones do not count.
    explicit GuardedJson(std::size_t max_depth) : m_max_depth(max_depth + 1) {}

    /// The element is valid until the next call.
    [[nodiscard]] Verdict<simdjson::dom::element> parse(std::string_view text);

    /// The same by JSON's grammar and the depth limit alone.
    [[nodiscard]] Verdict<simdjson::dom::element> parse_unguarded(std::string_view text);

    /// Whether the text that parse() accepted last holds a backslash: without one each string
    /// stands there as it is parsed.
    [[nodiscard]] bool has_escapes() const noexcept { return m_has_escapes; }

  private:
    simdjson::dom::parser m_parser;
    std::vector<char> m_padded; ///< simdjson reads up to SIMDJSON_PADDING bytes past the text
    bool m_has_escapes = false;
    std::size_t m_max_depth; ///< simdjson refuses the level that has this number
};

} // namespace tlm
