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

CapsuleLines::CapsuleLines(std::filesystem::path path)
    : m_path(std::move(path)), m_file(m_path), m_lines(kMaxLine)
{}

std::optional<std::string_view> CapsuleLines::next()
{
    for (;;) {
        if (const auto line = m_lines.next()) {
            if (line->too_long()) {
                throw damaged(m_path, fmt::format("line {} is beyond 32 MiB", line->number));
            }
            return line->text;
        }
        if (m_read) {
            return std::nullopt;
        }
        const auto count = m_file.read(m_lines.space(kReadAtOnce));
        m_lines.filled(count);
        if (count == 0) {
            m_read = true;
            m_lines.finish();
        }
    }
}

std::int64_t check_capsule(const std::filesystem::path& path)
{
    CapsuleLines lines(path);
    const auto head = lines.next();
    if (!head) {
        throw damaged(path, "it is empty");
    }
    check_capsule_head(*head, path.string());
    std::int64_t records = 0;
    CapsuleEnd end;
    for (;; ++records) {
        const auto line = lines.next();
        if (!line) {
            throw damaged(path, "its last line is missing");
        }
        if (parse_capsule_end(*line, end)) {
            break;
        }
    }
    if (end.records != static_cast<std::uint64_t>(records)) {
        throw damaged(path, fmt::format("it holds {} records, and its last line says {}", records,
                                        end.records));
    }
    if (lines.next()) {
        throw damaged(path, "something follows its last line");
    }
    return records;
}

CapsuleInput::CapsuleInput(std::filesystem::path path, std::int64_t first)
    : m_path(std::move(path)), m_total(check_capsule(m_path)), m_lines(m_path), m_first(first)
{
    static_cast<void>(m_lines.next()); // the head
}

MessageSource::Next CapsuleInput::next(Message& message)
{
    while (m_record < m_total) {
        const auto line = m_lines.next();
        if (!line) {
            throw damaged(m_path, "it has changed while it was read");
        }
        if (++m_record < m_first) {
            continue;
        }
        auto read = m_reader.read(*line);
        if (const auto* const reject = std::get_if<Reject>(&read)) {
            throw usage_error(fmt::format("'{}': record {} is none: {}{}{}", m_path.string(),
                                          m_record, reject->path, reject->path.empty() ? "" : " ",
                                          reject->detail));
        }
        message = std::get<Message>(read);
        return Next::message;
    }
    return Next::finished;
}

} // namespace tlm::replay
