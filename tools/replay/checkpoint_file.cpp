// SPDX-License-Identifier: Apache-2.0
#include "tools/replay/checkpoint_file.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace tlm::replay {

namespace {

constexpr std::size_t kLargest = 16ULL * 1024 * 1024;

[[noreturn]] void fail(const std::string& path)
{
    throw fatal_error("cannot write '" + path + "': " + errno_text(errno));
}

void write_all(const std::string& path, std::string_view text)
{
    constexpr mode_t kEverybodyReads = 0644;
    const UniqueFd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kEverybodyReads));
    if (!fd) {
        fail(path);
    }
    while (!text.empty()) {
        const auto written = ::write(fd.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            fail(path);
        }
        text.remove_prefix(static_cast<std::size_t>(written < 0 ? 0 : written));
    }
    if (::fsync(fd.get()) != 0) {
        fail(path);
    }
}

} // namespace

std::optional<Checkpoint> CheckpointFile::load() const
{
    std::error_code error;
    if (!std::filesystem::exists(m_path, error) && !error) {
        return std::nullopt;
    }
    return parse_checkpoint(read_text_file(m_path, kLargest, "--checkpoint"), m_path);
}

void CheckpointFile::save(const Checkpoint& checkpoint) const
{
    const auto part = m_path + ".part";
    write_all(part, checkpoint_text(checkpoint));
    if (std::rename(part.c_str(), m_path.c_str()) != 0) {
        fail(m_path);
    }
    // A new name survives a power cut only once its folder is on disk as well.
    const auto parent = std::filesystem::path(m_path).parent_path();
    const UniqueFd folder(
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder) {
        ::fsync(folder.get());
    }
}

} // namespace tlm::replay
