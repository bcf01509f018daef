// SPDX-License-Identifier: Apache-2.0
// Files that are there whole, whatever happens while they are written. What returns int returns 0
// or errno.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace tlm {

/// All of the bytes, behind what was written before.
[[nodiscard]] int write_all(int fd, std::string_view bytes) noexcept;

/// A new name survives a power cut only once its folder is on disk as well. 0 also where the file
/// system keeps folders in ways of its own.
[[nodiscard]] int sync_folder_of(const std::filesystem::path& path);

/// The file holds these bytes and is on disk. After a crash it has them or the old ones, never a
/// part of them; so it has after a failure. `path` with `.part` behind it is in use meanwhile.
[[nodiscard]] int replace_file(const std::filesystem::path& path, std::string_view bytes,
                               mode_t mode);

/// The file that a new one may take the place of by its name: `path`, or where its symbolic links
/// lead, which need not be there. Throws Error usage, after `what`, when something is there that is
/// no regular file: a device or a pipe would be gone.
[[nodiscard]] std::filesystem::path replaceable_file(std::filesystem::path path,
                                                     std::string_view what);

} // namespace tlm
