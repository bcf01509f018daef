// SPDX-License-Identifier: Apache-2.0
#include "common/ndjson/line_sink.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/partial_line.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>

namespace tlm::ndjson {

namespace {

constexpr std::size_t kFull = 64 * 1024;
// Where the reader of a non-blocking descriptor is slow: beyond it send() says full.
constexpr std::size_t kMost = 1024 * 1024;

constexpr auto kReaderGone = "the reader of the output has gone";

} // namespace

LineSink::LineSink(int fd, std::string name) : m_fd(fd), m_name(std::move(name)) {}

bool LineSink::send(const Output& output, Ticket ticket)
{
    if (m_buffer.size() >= kMost && !write_some(milliseconds{0}) && m_buffer.size() >= kMost) {
        return false;
    }
    if (m_reader_gone) {
        m_deliveries.push_back({.ticket = ticket, .delivered = false, .error = kReaderGone});
        return true;
    }
    m_buffer.append(output.value);
    m_buffer.push_back('\n');
    m_pending.push_back({ticket, m_buffer.size()});
    if (m_buffer.size() >= kFull) {
        static_cast<void>(write_some(milliseconds{0}));
    }
    return true;
}

void LineSink::collect(std::vector<Delivery>& deliveries)
{
    deliveries.insert(deliveries.end(), std::make_move_iterator(m_deliveries.begin()),
                      std::make_move_iterator(m_deliveries.end()));
    m_deliveries.clear();
}

bool LineSink::flush(milliseconds deadline)
{
    return write_some(deadline);
}

void LineSink::close()
{
    constexpr milliseconds kDeadline{10'000};
    if (!write_some(kDeadline)) {
        throw fatal_error("cannot write to " + m_name + ": its reader takes nothing");
    }
}

/// True when nothing waits to be written any more.
bool LineSink::write_some(milliseconds wait)
{
    const auto start = std::chrono::steady_clock::now();
    std::size_t written = 0;
    while (written < m_buffer.size()) {
        const auto got = ::write(m_fd, m_buffer.data() + written, m_buffer.size() - written);
        if (got >= 0) {
            written += static_cast<std::size_t>(got);
            continue;
        }
        if (errno == EPIPE) {
            confirm(written);
            fail_pending();
            return true;
        }
        if (errno == EAGAIN) {
            const auto passed =
                std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
            if (passed >= wait) {
                break;
            }
            pollfd waiting{m_fd, POLLOUT, 0};
            ::poll(&waiting, 1, poll_timeout(wait - passed));
        } else if (errno != EINTR) {
            const auto error = errno;
            cut_partial_line(m_fd, std::string_view{m_buffer}.substr(0, written));
            confirm(written);
            throw fatal_error("cannot write to " + m_name + ": " + errno_text(error));
        }
    }
    confirm(written);
    return m_buffer.empty();
}

/// The first `written` bytes of the buffer are out.
void LineSink::confirm(std::size_t written)
{
    auto done = m_pending.begin();
    for (; done != m_pending.end() && done->end <= written; ++done) {
        m_deliveries.push_back({.ticket = done->ticket, .delivered = true, .error = {}});
    }
    m_pending.erase(m_pending.begin(), done);
    for (auto& pending : m_pending) {
        pending.end -= written;
    }
    m_buffer.erase(0, written);
}

void LineSink::fail_pending()
{
    m_reader_gone = true;
    for (const auto& pending : m_pending) {
        m_deliveries.push_back(
            {.ticket = pending.ticket, .delivered = false, .error = kReaderGone});
    }
    m_pending.clear();
    m_buffer.clear();
}

} // namespace tlm::ndjson
