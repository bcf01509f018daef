// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/result_files.hpp"

#include "common/base/error.hpp"
#include "common/base/unique_fd.hpp"
#include "common/ndjson/line_sink.hpp"
#include "tools/sim/hgrm.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tlm::sim {
namespace {

constexpr std::string_view kHgrm = ".hgrm";

void write_to(int fd, const std::string& name, std::string_view text)
{
    ndjson::LineSink sink(fd, name);
    (void)sink.send({.value = text}, 0);
    sink.close();
}

/// What may stand in the name of a file.
std::string file_part(std::string_view hop)
{
    std::string part{hop};
    std::replace_if(
        part.begin(), part.end(), [](char c) { return c == ' ' || c == '/'; }, '-');
    return part;
}

} // namespace

void write_result(const std::string& target, std::string_view text)
{
    if (target == "-") {
        write_to(STDOUT_FILENO, "standard output", text);
        return;
    }
    constexpr mode_t kMode = 0644;
    const UniqueFd fd(
        ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, kMode));
    if (!fd) {
        throw fatal_error("cannot write '" + target + "': " + errno_text(errno));
    }
    write_to(fd.get(), "'" + target + "'", text);
}

std::string latency_file_name(const std::string& target, std::string_view hop)
{
    if (!target.ends_with(kHgrm)) {
        return target;
    }
    const auto stem = target.substr(0, target.size() - kHgrm.size());
    return stem + '-' + file_part(hop) + std::string{kHgrm};
}

void write_latencies(const std::string& target, const LatencyFile& file)
{
    std::string text;
    if (!target.ends_with(kHgrm)) {
        append_latency_file(text, file);
        write_result(target, text);
        return;
    }
    for (const auto& [hop, histogram] : file.latencies) {
        text.clear();
        append_hgrm(text, histogram, file.invalid);
        text.pop_back(); // the line break that write_result() adds
        write_result(latency_file_name(target, hop), text);
    }
}

} // namespace tlm::sim
