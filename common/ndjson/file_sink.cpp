// SPDX-License-Identifier: Apache-2.0
#include "common/ndjson/file_sink.hpp"

#include "common/base/error.hpp"
#include "common/base/whole_file.hpp"
#include "common/ndjson/partial_line.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace tlm::ndjson {

namespace {

constexpr std::size_t kFull = 64 * 1024;

/// 0, or errno; `written` is how many of the bytes arrived.
int write_all(int fd, std::string_view bytes, std::size_t& written) noexcept
{
    for (written = 0; written < bytes.size();) {
        const ssize_t got = ::write(fd, bytes.data() + written, bytes.size() - written);
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        written += got < 0 ? 0 : static_cast<std::size_t>(got);
    }
    return 0;
}

/// True when the file ends within a line.
bool ends_within_line(const std::string& path, off_t size)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char last = '\n';
    return fd && ::pread(fd.get(), &last, 1, size - 1) == 1 && last != '\n';
}

} // namespace

FileSink::FileSink(std::string path) : m_path(std::move(path))
{
    constexpr mode_t kOwnerOnly = 0600; // dead letters are what devices sent, secrets included
    m_fd.reset(
        ::open(m_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, kOwnerOnly));
    if (!m_fd) {
        throw usage_error("cannot append to '" + m_path + "': " + errno_text(errno));
    }

    struct stat status {};

    if (::fstat(m_fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return;
    }
    if (status.st_size == 0) {
        static_cast<void>(sync_folder_of(m_path)); // the records are safe where it cannot
    } else if (ends_within_line(m_path, status.st_size)) {
        m_buffer = "\n";
    }
}

bool FileSink::send(const Output& output, Ticket ticket)
{
    m_buffer.append(output.value);
    m_buffer.push_back('\n');
    m_unsynced.push_back(ticket);
    if (m_buffer.size() >= kFull) {
        write_out();
    }
    return true;
}

void FileSink::collect(std::vector<Delivery>& deliveries)
{
    sync();
    for (const auto ticket : m_synced) {
        deliveries.push_back({.ticket = ticket, .delivered = true, .error = {}});
    }
    m_synced.clear();
}

bool FileSink::flush(milliseconds)
{
    sync();
    return true;
}

void FileSink::close()
{
    sync();
    if (const auto fd = m_fd.release(); fd >= 0 && ::close(fd) != 0) {
        throw fatal_error("cannot write to '" + m_path + "': " + errno_text(errno));
    }
}

void FileSink::write_out()
{
    std::size_t written = 0;
    if (const int error = write_all(m_fd.get(), m_buffer, written)) {
        cut_partial_line(m_fd.get(), std::string_view{m_buffer}.substr(0, written));
        throw fatal_error("cannot write to '" + m_path + "': " + errno_text(error));
    }
    m_buffer.clear();
}

void FileSink::sync()
{
    if (m_unsynced.empty()) {
        return;
    }
    write_out();
    // EINVAL, EROFS: a pipe or a device, which has nothing to bring to a disk.
    if (::fsync(m_fd.get()) != 0 && errno != EINVAL && errno != EROFS) {
        throw fatal_error("cannot write to '" + m_path + "': " + errno_text(errno));
    }
    m_synced.insert(m_synced.end(), m_unsynced.begin(), m_unsynced.end());
    m_unsynced.clear();
}

} // namespace tlm::ndjson
