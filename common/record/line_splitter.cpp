// SPDX-License-Identifier: Apache-2.0
#include "common/record/line_splitter.hpp"

#include <algorithm>
#include <cstring>

namespace tlm {

LineSplitter::LineSplitter(std::size_t max_line) : m_max_line(std::max(max_line, kKeptOfLongLine))
{}

std::span<char> LineSplitter::space(std::size_t wanted)
{
    if (m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_scanned -= m_begin;
        m_begin = 0;
    }
    if (m_buffer.size() < m_end + wanted) {
        m_buffer.resize(m_end + wanted);
    }
    return {m_buffer.data() + m_end, m_buffer.size() - m_end};
}

void LineSplitter::filled(std::size_t bytes)
{
    m_end += bytes;
}

std::optional<Line> LineSplitter::next()
{
    while (m_begin < m_end || (m_finished && m_dropped > 0)) {
        const char* const from = m_buffer.data() + m_scanned;
        const auto* const newline =
            m_scanned == m_end
                ? nullptr
                : static_cast<const char*>(std::memchr(from, '\n', m_end - m_scanned));
        std::optional<Line> line;
        if (newline != nullptr) {
            const auto length = static_cast<std::size_t>(newline - m_buffer.data()) - m_begin;
            line = take_line(length, 1);
        } else if (m_finished) {
            line = take_line(m_end - m_begin, 0);
        } else {
            m_scanned = m_end;
            skim_long_line();
            return std::nullopt;
        }
        if (line) {
            return line;
        }
    }
    return std::nullopt;
}

/// Gives the next `length` bytes as a line; nothing when it is empty.
std::optional<Line> LineSplitter::take_line(std::size_t length, std::size_t separator)
{
    std::string_view text{m_buffer.data() + m_begin, length};
    m_begin += length + separator;
    m_scanned = m_begin;
    ++m_number;
    if (text.ends_with('\r')) {
        text.remove_suffix(1);
    }
    const std::uint64_t size = text.size() + m_dropped;
    if (size == 0) {
        ++m_empty_lines;
        return std::nullopt;
    }
    if (m_dropped > 0 || text.size() > m_max_line) {
        text = text.substr(0, kKeptOfLongLine);
    }
    m_dropped = 0;
    return Line{text, m_number, size};
}

/// Lets go of what an unfinished line has beyond its kept start, once it is too long.
void LineSplitter::skim_long_line()
{
    // One more than the limit may still be the CR of a line break.
    if (m_end - m_begin <= m_max_line + 1 && m_dropped == 0) {
        return;
    }
    if (m_end - m_begin > kKeptOfLongLine) {
        const std::size_t surplus = m_end - m_begin - kKeptOfLongLine;
        m_dropped += surplus;
        m_end -= surplus;
        m_scanned = m_end;
    }
}

} // namespace tlm
