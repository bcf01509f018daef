// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"
#include "tools/store/options.hpp"
#include "tools/store/run.hpp"

int main(int argc, char** argv)
{
    tlm::store::Options options;
    return tlm::cli::run_program(
        argc, argv, [&] { return tlm::store::make_table(options); },
        [&](tlm::ops::Shutdown& shutdown) {
            return tlm::store::run(tlm::store::make_settings(options), shutdown);
        });
}
