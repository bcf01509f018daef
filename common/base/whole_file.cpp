// SPDX-License-Identifier: Apache-2.0
#include "common/base/whole_file.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

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

std::filesystem::path replaceable_file(std::filesystem::path path, std::string_view what)
{
    namespace fs = std::filesystem;
    const auto refuse = [name = path.string(), what](const std::string& why) {
        throw usage_error(std::string(what) + ": '" + name + "' " + why);
    };
    std::error_code error;
    const auto status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
        refuse("is not a regular file");
    }
    constexpr int kMostLinks = 40; // as Linux follows
    for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)); ++links) {
        const auto target = fs::read_symlink(path, error);
        if (error || links == kMostLinks) {
            refuse("is a symbolic link that leads nowhere");
        }
        path = path.parent_path() / target;
    }
    return path;
}

} // namespace tlm
