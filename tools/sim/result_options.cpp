// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/result_options.hpp"

#include "common/base/error.hpp"
#include "common/cli/option_table.hpp"

namespace tlm::sim {

void add_results(cli::OptionTable& table, ResultOptions& options)
{
    table
        .add(options.summary, "summary", 0, "FILE",
             "Write a summary as one JSON object at the end; - is standard output.")
        .complete = cli::Complete::file;
    table
        .add(options.latency, "latency", 0, "FILE",
             "Write the distribution of latencies at the end, as JSON that merge adds up, or as "
             "one HdrHistogram text a hop where FILE ends with .hgrm. A run that was late by its "
             "own fault then ends with status 1.")
        .complete = cli::Complete::file;
}

void check_results(const ResultOptions& options, bool stdout_taken)
{
    if (options.summary == "-" && stdout_taken) {
        throw usage_error("--summary -: standard output has the records; name a file");
    }
    if (options.latency == "-") {
        throw usage_error("--latency: name a file");
    }
}

} // namespace tlm::sim
