// SPDX-License-Identifier: Apache-2.0
// Lines out of a stream of bytes, none of them lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tlm {

/// One line without its line break (LF or CRLF).
struct Line {
    std::string_view text;    ///< valid until the next call of space(); for a long line its start
    std::uint64_t number = 0; ///< counted from 1, empty lines included
    std::uint64_t size = 0;   ///< bytes of the whole line: more than text.size() when too long

    [[nodiscard]] bool too_long() const noexcept { return size > text.size(); }
};

/// Cuts a byte stream into lines. Pure: the caller reads into space(), says how much with
/// filled(), takes lines with next() until there is none, and calls finish() at the end of input,
/// after which next() gives the last line even without a line break. Empty lines are skipped and
/// counted. A line beyond `max_line` is given once, cut to its first kKeptOfLongLine bytes, with
/// its true size; memory stays below max_line plus one read.
class LineSplitter {
  public:
    static constexpr std::size_t kKeptOfLongLine = 64 * 1024;

    explicit LineSplitter(std::size_t max_line);

    /// Room for at least `wanted` bytes. Invalidates all lines given so far.
    [[nodiscard]] std::span<char> space(std::size_t wanted);
    void filled(std::size_t bytes);

    void finish() noexcept { m_finished = true; }

    [[nodiscard]] std::optional<Line> next();

    [[nodiscard]] std::uint64_t empty_lines() const noexcept { return m_empty_lines; }

  private:
    [[nodiscard]] std::optional<Line> take_line(std::size_t length, std::size_t separator);
    void skim_long_line();

    std::size_t m_max_line;
    std::vector<char> m_buffer;
    std::size_t m_begin = 0;   ///< first byte not yet given out
    std::size_t m_scanned = 0; ///< bytes before it hold no line break
    std::size_t m_end = 0;     ///< end of what was filled
    std::uint64_t m_number = 0;
    std::uint64_t m_empty_lines = 0;
    std::uint64_t m_dropped = 0; ///< bytes of the current long line that were let go
    bool m_finished = false;
};

} // namespace tlm
