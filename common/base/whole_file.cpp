// SPDX-License-Identifier: Apache-2.0
#include "common/base/whole_file.hpp"

#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace tlm {

int write_all(int fd, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return 0;
}

int sync_folder_of(const std::filesystem::path& path)
{
    const auto parent = path.parent_path();
    const UniqueFd folder{
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return folder && (::fsync(folder.get()) == 0 || errno == EINVAL) ? 0 : errno;
}

int replace_file(const std::filesystem::path& path, std::string_view bytes, mode_t mode)
{
    auto part = path;
    part += ".part";
    int error = 0;
    {
        const UniqueFd file{
            ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode)};
        error = file ? write_all(file.get(), bytes) : errno;
        if (error == 0 && ::fsync(file.get()) != 0) {
            error = errno;
        }
    }
    if (error == 0 && std::rename(part.c_str(), path.c_str()) != 0) {
        error = errno;
    }
    if (error != 0) {
        static_cast<void>(::unlink(part.c_str()));
        return error;
    }
    return sync_folder_of(path);
}

} // namespace tlm
