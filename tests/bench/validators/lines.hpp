// SPDX-License-Identifier: Apache-2.0
// What the C++ drivers share: lines in, verdicts and the best time out.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::bench {

inline std::string read_file(const char* name)
{
    std::ifstream file(name, std::ios::binary);
    if (!file) {
        throw std::runtime_error(std::string{"cannot read "} + name);
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Judges all lines ROUNDS times, writes the verdicts (0 or 1 a line) and prints the least CPU
/// time of a message in nanoseconds: others may use the machine as well. Splitting into lines is
/// part of the time. `judge(line)` may read 64 bytes past the line.
template <typename Judge>
int run(const char* data_name, const char* verdicts_name, int rounds, Judge judge)
{
    const std::string data = read_file(data_name);
    std::string padded = data;
    padded.append(64, ' ');
    std::string verdicts;
    double best = std::numeric_limits<double>::infinity();
    for (int round = 0; round < rounds; ++round) {
        verdicts.clear();
        const std::clock_t start = std::clock();
        const char* at = padded.data();
        const char* const end = at + data.size();
        while (at < end) {
            const auto room = static_cast<std::size_t>(end - at);
            const void* const found = std::memchr(at, '\n', room);
            const char* const stop = found == nullptr ? end : static_cast<const char*>(found);
            verdicts +=
                judge(std::string_view{at, static_cast<std::size_t>(stop - at)}) ? '1' : '0';
            at = stop + 1;
        }
        const double took = 1e9 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        best = std::min(best, took / static_cast<double>(verdicts.size()));
    }
    std::ofstream(verdicts_name, std::ios::binary) << verdicts;
    std::printf("%.1f\n", best);
    return 0;
}

} // namespace tlm::bench
