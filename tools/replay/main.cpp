// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"
#include "tools/replay/options.hpp"
#include "tools/replay/run.hpp"

int main(int argc, char** argv)
{
    tlm::replay::Options options;
    return tlm::cli::run_program(
        argc, argv, [&] { return tlm::replay::make_table(options); },
        [&](tlm::ops::Shutdown& shutdown) {
            return tlm::replay::run(tlm::replay::make_settings(options), shutdown);
        });
}
