// SPDX-License-Identifier: Apache-2.0
#include "common/cli/option_table.hpp"
#include "common/cli/run.hpp"
#include "tools/sim/options.hpp"
#include "tools/sim/pipeline.hpp"

int main(int argc, char** argv)
{
    tlm::sim::Options options;
    return tlm::cli::run_program(
        argc, argv, [&options] { return tlm::sim::make_table(options); },
        [&options](tlm::ops::Shutdown& shutdown) {
            return tlm::sim::run(tlm::sim::make_settings(options), shutdown);
        });
}
