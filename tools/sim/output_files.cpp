// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/output_files.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tlm::sim {
namespace {

namespace fs = std::filesystem;

bool is_none(const NamedFile& file)
{
    return file.path.empty() || file.path == "-";
}

} // namespace

bool is_same_file(const std::string& a, const std::string& b)
{
    std::error_code failed;
    if (fs::exists(a, failed) && fs::exists(b, failed)) {
        return fs::is_regular_file(a, failed) && fs::equivalent(a, b, failed);
    }
    const auto name_a = fs::weakly_canonical(fs::absolute(a, failed), failed);
    const auto name_b = fs::weakly_canonical(fs::absolute(b, failed), failed);
    return !failed && name_a == name_b;
}

void check_apart(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs)
{
    const auto check = [](const NamedFile& output, const NamedFile& other) {
        if (!is_none(output) && !is_none(other) && is_same_file(output.path, other.path)) {
            throw usage_error(fmt::format("{} and {} are the same file: {}", other.option,
                                          output.option, output.path));
        }
    };
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            check(outputs[i], outputs[j]);
        }
        for (const auto& input : inputs) {
            check(outputs[i], input);
        }
    }
}

void require_writable(const NamedFile& file)
{
    constexpr mode_t kMode = 0644;
    std::error_code failed;
    if (is_none(file) ||
        (fs::exists(file.path, failed) && !fs::is_regular_file(file.path, failed) &&
         !fs::is_directory(file.path, failed))) {
        return; // who opens a pipe and closes it again has ended it
    }
    const UniqueFd fd(::open(file.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, kMode));
    if (!fd) {
        throw usage_error(
            fmt::format("{}: cannot write {}: {}", file.option, file.path, errno_text(errno)));
    }
}

} // namespace tlm::sim
