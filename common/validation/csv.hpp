// SPDX-License-Identifier: Apache-2.0
// Rows of comma-separated values.
#pragma once

#include "common/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::validation {

/// Reads CSV as RFC 4180 has it: commas, quotes doubled inside quotes, line breaks inside quotes.
/// LF ends a line as CRLF does; empty lines are passed over.
class CsvReader {
  public:
    /// The text must outlive this object; a byte order mark at its begin is passed over.
    explicit CsvReader(std::string_view text);

    /// Reads the next row into `cells`; false behind the last. Throws Error usage, without the
    /// name of the file and the line, on a quote that is out of place or not closed.
    [[nodiscard]] bool next(std::vector<std::string>& cells);

    /// The line on which the row that was read last begins, from 1; after an Error that of the
    /// mistake.
    [[nodiscard]] std::size_t line() const noexcept { return m_row_line; }

  private:
    [[nodiscard]] Error wrong(std::size_t line, const char* what);
    [[nodiscard]] std::string take_quoted();
    void take_line_end();

    std::string_view m_rest;
    std::size_t m_line = 1;
    std::size_t m_row_line = 1;
};

} // namespace tlm::validation
