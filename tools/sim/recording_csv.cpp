// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "common/record/record.hpp"
#include "common/validation/csv.hpp"
#include "tools/sim/recording.hpp"

#include <algorithm>
#include <set>

namespace tlm::sim {
namespace {

enum class ColumnKind : std::uint8_t { unknown, number, text, device, passed_over };

struct Column {
    std::string name;
    ColumnKind kind = ColumnKind::unknown;
};

std::vector<Column> name_columns(const std::vector<std::string>& header)
{
    std::vector<Column> columns;
    for (std::size_t i = 1; i < header.size(); ++i) {
        Column column{header[i]};
        if (column.name == "deviceId") {
            column.kind = ColumnKind::device;
        } else if (is_reserved_member(column.name)) {
            column.kind = ColumnKind::passed_over;
        }
        columns.push_back(column);
    }
    return columns;
}

/// What no header may say; empty when nothing is wrong.
std::string judge_header(const std::vector<std::string>& header)
{
    std::set<std::string> names;
    for (std::size_t i = 1; i < header.size(); ++i) {
        if (!names.insert(header[i]).second) {
            return "the column " + header[i] + " stands twice";
        }
    }
    return {};
}

/// A number in its shortest form, or the words of JSON; empty when the cell is neither.
std::string number_text(std::string_view cell)
{
    if (cell == "true" || cell == "false") {
        return std::string{cell};
    }
    std::string text;
    if (const auto number = parse_number(cell)) {
        append_number(text, *number);
    }
    return text;
}

/// Appends one member; false when the cell does not fit its column.
bool append_cell(std::string& out, bool first, Column& column, std::string_view cell)
{
    const auto number = column.kind == ColumnKind::text ? std::string{} : number_text(cell);
    if (column.kind == ColumnKind::unknown) {
        column.kind = number.empty() ? ColumnKind::text : ColumnKind::number;
    }
    if (column.kind == ColumnKind::number && number.empty()) {
        return false;
    }
    out += first ? "" : ",";
    append_json_string(out, column.name);
    out += ':';
    if (column.kind == ColumnKind::number) {
        out += number;
    } else {
        append_json_string(out, cell);
    }
    return true;
}

class CsvRecording {
  public:
    CsvRecording(std::string_view text, const std::string& device)
        : m_reader(text), m_device(device)
    {}

    ParsedRows parse()
    {
        try {
            std::vector<std::string> cells;
            while (m_reader.next(cells)) {
                const bool header = m_columns.empty() && take_header(cells);
                auto bad = header ? judge_header(cells) : add_row(cells);
                if (!bad.empty()) {
                    return BadLine{m_reader.line(), std::move(bad)};
                }
            }
        } catch (const Error& error) { // a quote out of place
            return BadLine{m_reader.line(), error.what()};
        }
        return std::move(m_rows);
    }

  private:
    /// True when the first row is a header; else its columns get their names.
    bool take_header(const std::vector<std::string>& cells)
    {
        const bool is_header = cells.size() > 1 && !parse_recorded_time(cells.front());
        if (is_header) {
            m_columns = name_columns(cells);
        } else {
            // Without names there is one number, as the header timestamp,value says.
            m_columns = {{"value", ColumnKind::number}};
        }
        return is_header;
    }

    /// Empty, or what is wrong with the row.
    std::string add_row(const std::vector<std::string>& cells)
    {
        if (cells.size() != m_columns.size() + 1) {
            return m_columns.size() == 1 ? "not a line of timestamp,value"
                                         : "not as many cells as the first line has";
        }
        const auto ts = parse_recorded_time(cells.front());
        if (!ts) {
            return "the timestamp is not of the form 2013-12-02 21:15:00";
        }
        std::string device = m_device;
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            if (m_columns[i].kind == ColumnKind::device) {
                device = cells[i + 1];
            }
        }
        if (!is_device_id(device)) {
            return "the deviceId is no device id";
        }
        m_members.clear();
        bool any_metric = false;
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            auto& column = m_columns[i];
            const auto& cell = cells[i + 1];
            if (column.kind == ColumnKind::device || column.kind == ColumnKind::passed_over) {
                continue;
            }
            any_metric = true;
            if (!cell.empty() && !append_cell(m_members, m_members.empty(), column, cell)) {
                return std::string{"the "}.append(column.name).append(" is not a number");
            }
        }
        if (!m_members.empty() || !any_metric) { // else nothing was measured then
            m_rows.add(device, *ts) += m_members;
        }
        return {};
    }

    validation::CsvReader m_reader;
    const std::string& m_device;
    std::vector<Column> m_columns;
    std::string m_members; ///< of the row
    RecordingBuilder m_rows;
};

} // namespace

ParsedRows parse_csv(std::string_view text, const std::string& device)
{
    return CsvRecording{text, device}.parse();
}

} // namespace tlm::sim
