// SPDX-License-Identifier: Apache-2.0
#include "common/ndjson/line_source.hpp"

#include "common/base/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tlm::ndjson {

namespace {

constexpr std::size_t kReadBytes = 256 * 1024;

} // namespace

LineSource::LineSource(std::vector<std::string> files, std::size_t max_line)
    : m_files(std::move(files)), m_max_line(max_line), m_splitter(max_line)
{
    if (m_files.empty()) {
        m_files.emplace_back("-");
    }
}

SourceState LineSource::poll(std::vector<Input>& batch, std::size_t max, milliseconds wait)
{
    batch.clear();
    if (m_fd < 0 && !open_next()) {
        return SourceState::finished;
    }
    take_lines(batch, max);
    // Reading on would take the bytes from under the lines that are in the batch.
    if (!batch.empty() || max == 0) {
        return SourceState::open;
    }
    if (m_at_end && !open_next()) {
        return SourceState::finished;
    }
    // One read a call: within a line without end the caller must still hear its signals.
    if (readable(wait)) {
        fill();
        take_lines(batch, max);
    }
    return SourceState::open;
}

/// False when there are no more files.
bool LineSource::open_next()
{
    m_owned.reset();
    m_fd = -1;
    if (m_next_file == m_files.size()) {
        return false;
    }
    const auto& name = m_files[m_next_file++];
    if (name == "-") {
        m_fd = STDIN_FILENO;
    } else {
        // Opening a FIFO waits for a writer, and no signal ends that; poll() waits better.
        m_owned.reset(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!m_owned) {
            throw usage_error("cannot read '" + name + "': " + errno_text(errno));
        }
        m_fd = m_owned.get();
    }
    m_empty_lines_before += m_splitter.empty_lines();
    m_splitter = LineSplitter(m_max_line);
    m_at_end = false;
    return true;
}

bool LineSource::readable(milliseconds wait) const
{
    pollfd waiting{m_fd, POLLIN, 0};
    // A signal ends the wait early: the caller may want to know.
    return ::poll(&waiting, 1, poll_timeout(wait)) > 0;
}

void LineSource::fill()
{
    const auto space = m_splitter.space(kReadBytes);
    const auto got = ::read(m_fd, space.data(), space.size());
    if (got > 0) {
        m_splitter.filled(static_cast<std::size_t>(got));
        return;
    }
    if (got == 0) {
        m_splitter.finish();
        m_at_end = true;
        return;
    }
    if (errno == EINTR || errno == EAGAIN) {
        return;
    }
    const auto& name = m_files[m_next_file - 1];
    const auto text = "cannot read '" + name + "': " + errno_text(errno);
    throw errno == EISDIR ? usage_error(text) : fatal_error(text);
}

void LineSource::take_lines(std::vector<Input>& batch, std::size_t max)
{
    const auto file = m_next_file - 1;
    while (batch.size() < max) {
        const auto line = m_splitter.next();
        if (!line) {
            return;
        }
        auto& input = batch.emplace_back();
        input.value = line->text;
        input.position = {m_files[file], static_cast<std::int32_t>(file),
                          static_cast<std::int64_t>(line->number)};
        input.too_long = line->too_long();
    }
}

int LineSource::wake_fd() const
{
    return m_fd;
}

void LineSource::close()
{
    m_owned.reset();
    m_fd = -1;
    m_next_file = m_files.size();
}

std::uint64_t LineSource::empty_lines() const noexcept
{
    return m_empty_lines_before + m_splitter.empty_lines();
}

} // namespace tlm::ndjson
