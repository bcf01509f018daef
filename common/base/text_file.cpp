// SPDX-License-Identifier: Apache-2.0
#include "common/base/text_file.hpp"

#include "common/base/error.hpp"
#include "common/base/json_text.hpp"
#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace tlm {

std::string read_text_file(const std::filesystem::path& path, std::size_t limit,
                           std::string_view what)
{
    const auto fail = [&](const std::string& why) {
        const auto begin = what.empty() ? std::string{} : std::string{what} + ": ";
        return usage_error(begin + "cannot read " + path.string() + ": " + why);
    };
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        throw fail(errno_text(errno));
    }
    std::string text;
    std::string buffer(64U << 10U, '\0');
    for (;;) {
        const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
        if (n == 0) {
            return text;
        }
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw fail(errno_text(errno));
        }
        text.append(buffer, 0, static_cast<std::size_t>(n));
        if (text.size() > limit) {
            throw fail("it is larger than " + std::to_string(limit) + " bytes");
        }
    }
}

std::string read_plain_file(const std::filesystem::path& path, std::size_t limit,
                            std::string_view what)
{
    std::string text = read_text_file(path, limit, what);
    if (text.starts_with(kByteOrderMark)) {
        text.erase(0, kByteOrderMark.size());
    }
    return text;
}

} // namespace tlm
