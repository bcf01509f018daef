// SPDX-License-Identifier: Apache-2.0
#include "common/validation/csv.hpp"

#include "common/base/json_text.hpp"

#include <algorithm>

namespace tlm::validation {

CsvReader::CsvReader(std::string_view text) : m_rest(text)
{
    if (m_rest.starts_with(kByteOrderMark)) {
        m_rest.remove_prefix(kByteOrderMark.size());
    }
}

bool CsvReader::next(std::vector<std::string>& cells)
{
    cells.clear();
    while (m_rest.starts_with('\n') || m_rest.starts_with("\r\n")) {
        take_line_end();
    }
    m_row_line = m_line;
    if (m_rest.empty()) {
        return false;
    }
    for (;;) {
        if (m_rest.starts_with('"')) {
            cells.push_back(take_quoted());
        } else {
            const auto cell = m_rest.substr(0, m_rest.find_first_of(",\r\n"));
            if (cell.find('"') != std::string_view::npos) {
                throw wrong(m_line, "a quote inside a cell that does not begin with one");
            }
            cells.emplace_back(cell);
            m_rest.remove_prefix(cell.size());
        }
        if (!m_rest.starts_with(',')) {
            take_line_end();
            return true;
        }
        m_rest.remove_prefix(1);
    }
}

Error CsvReader::wrong(std::size_t line, const char* what)
{
    m_row_line = line;
    return usage_error(what);
}

std::string CsvReader::take_quoted()
{
    std::string cell;
    m_rest.remove_prefix(1);
    for (;;) {
        const auto quote = m_rest.find('"');
        if (quote == std::string_view::npos) {
            throw wrong(m_row_line, "a quote is not closed");
        }
        cell += m_rest.substr(0, quote);
        m_rest.remove_prefix(quote + 1);
        if (!m_rest.starts_with('"')) {
            m_line += static_cast<std::size_t>(std::count(cell.begin(), cell.end(), '\n'));
            return cell;
        }
        cell += '"';
        m_rest.remove_prefix(1);
    }
}

void CsvReader::take_line_end()
{
    if (m_rest.empty()) {
        return;
    }
    const bool two = m_rest.starts_with("\r\n");
    if (!two && m_rest.front() != '\n') {
        throw wrong(m_line, "a cell goes on behind its closing quote, or a line break is half");
    }
    m_rest.remove_prefix(two ? 2 : 1);
    ++m_line;
}

} // namespace tlm::validation
