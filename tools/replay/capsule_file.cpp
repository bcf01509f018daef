// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/capsule_file.hpp"

#include "common/base/error.hpp"

#include <fmt/format.h>

#include <utility>

namespace tlm::replay {

namespace {

constexpr std::size_t kMaxLine = 32UL * 1024 * 1024; // as in a file of lines
constexpr std::size_t kReadAtOnce = 128UL * 1024;

} // namespace

CapsuleOutlet::CapsuleOutlet(std::filesystem::path path, std::string_view head)
    : m_file(std::move(path)), m_line(head)
{
    write_line();
}

bool CapsuleOutlet::write(const Message& message, Place)
{
    append_message(m_line, message);
    m_end.add(message.timestamp);
    write_line();
    return true;
}

void CapsuleOutlet::write_line()
{
    m_line += '\n';
    m_file.write(m_line);
    m_line.clear();
}

void CapsuleOutlet::close()
{
    m_line = capsule_end(m_end);
    write_line();
    m_file.close();
}

CapsuleInput::CapsuleInput(std::filesystem::path path, std::int64_t first)
    : m_path(std::move(path)), m_file(m_path), m_lines(kMaxLine), m_first(first)
{
    check_capsule_head(line().value_or(std::string_view{}), m_path.string());
}

/// The next line; empty at the end.
std::optional<std::string_view> CapsuleInput::line()
{
    for (;;) {
        if (const auto line = m_lines.next()) {
            if (line->too_long()) {
                throw usage_error(
                    fmt::format("'{}': line {} is beyond 32 MiB", m_path.string(), line->number));
            }
            return line->text;
        }
        if (m_file_read) {
            return std::nullopt;
        }
        const auto count = m_file.read(m_lines.space(kReadAtOnce));
        m_lines.filled(count);
        if (count == 0) {
            m_file_read = true;
            m_lines.finish();
        }
    }
}

MessageSource::Next CapsuleInput::next(Message& message)
{
    while (!m_finished) {
        const auto text = line();
        if (!text) {
            throw usage_error("'" + m_path.string() + "' has no last line: it is cut short");
        }
        if (take(*text, message)) {
            return Next::message;
        }
    }
    return Next::finished;
}

/// False when the line is the last one, or a record that is passed over.
bool CapsuleInput::take(std::string_view line, Message& message)
{
    if (CapsuleEnd end; parse_capsule_end(line, end)) {
        if (end.records != static_cast<std::uint64_t>(m_record)) {
            throw usage_error(fmt::format("'{}' holds {} records, and its last line says {}",
                                          m_path.string(), m_record, end.records));
        }
        m_finished = true;
        return false;
    }
    ++m_record;
    if (m_record < m_first) {
        return false;
    }
    auto read = m_reader.read(line);
    if (const auto* const reject = std::get_if<Reject>(&read)) {
        throw usage_error(fmt::format("'{}': record {}: {} {}", m_path.string(), m_record,
                                      reject->path, reject->detail));
    }
    message = std::get<Message>(read);
    return true;
}

} // namespace tlm::replay
