// SPDX-License-Identifier: Apache-2.0
#include "common/ndjson/partial_line.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace tlm::ndjson {

void cut_partial_line(int fd, std::string_view written) noexcept
{
    const auto newline = written.rfind('\n');
    const auto partial = written.size() - (newline == std::string_view::npos ? 0 : newline + 1);

    struct stat status {};

    if (partial == 0 || ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
        ::lseek(fd, 0, SEEK_CUR) != status.st_size) {
        return;
    }
    const bool cut = ::ftruncate(fd, status.st_size - static_cast<off_t>(partial)) == 0;
    if (cut) { // else the next one to open the file ends the line
        static_cast<void>(::lseek(fd, 0, SEEK_END));
    }
}

} // namespace tlm::ndjson
