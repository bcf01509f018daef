// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/merge.hpp"

#include "common/base/error.hpp"
#include "common/base/text_file.hpp"
#include "tools/sim/result_files.hpp"
#include "tools/sim/verify_report.hpp"

namespace tlm::sim {

ExitStatus merge(const std::vector<std::string>& files, const std::optional<std::string>& latency)
{
    constexpr std::size_t kLargest = std::size_t{64} << 20U;
    LatencyFile all;
    for (const auto& file : files) {
        const auto part = parse_latency_file(read_text_file(file, kLargest, "merge"));
        if (!part) {
            throw usage_error(file + ": not written by --latency, or without its buckets");
        }
        merge(all, *part, file);
    }
    std::string table;
    append_latency_table(table, all.latencies);
    if (!all.invalid.empty()) {
        table += "INVALID: " + all.invalid + '\n';
    }
    if (!table.empty()) {
        table.pop_back(); // the line break that write_result() adds
    }
    write_result("-", table);
    if (latency) {
        write_latencies(*latency, all);
    }
    return all.invalid.empty() ? ExitStatus::ok : ExitStatus::failure;
}

} // namespace tlm::sim
