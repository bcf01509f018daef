// SPDX-License-Identifier: Apache-2.0
#include "common/cli/option_table.hpp"
#include "common/cli/run.hpp"
#include "tools/sim/merge.hpp"
#include "tools/sim/options.hpp"
#include "tools/sim/pipeline.hpp"
#include "tools/sim/verify.hpp"

namespace {

tlm::ExitStatus start(const tlm::sim::Options& options, tlm::ops::Shutdown& shutdown)
{
    switch (options.command) {
    case tlm::sim::Command::verify:
        return tlm::sim::verify(tlm::sim::make_verify_settings(options), shutdown);
    case tlm::sim::Command::merge:
        return tlm::sim::merge(options.operands, options.results.latency);
    case tlm::sim::Command::play:
        break;
    }
    return tlm::sim::run(tlm::sim::make_settings(options), shutdown);
}

} // namespace

int main(int argc, char** argv)
{
    tlm::sim::Options options;
    return tlm::cli::run_program(
        argc, argv, [&options] { return tlm::sim::make_table(options); },
        [&options](tlm::ops::Shutdown& shutdown) { return start(options, shutdown); });
}
