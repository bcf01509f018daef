// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"
#include "tools/validate/options.hpp"
#include "tools/validate/run.hpp"

int main(int argc, char** argv)
{
    tlm::validate::Options options;
    return tlm::cli::run_program(
        argc, argv, [&] { return tlm::validate::make_table(options); },
        [&](tlm::ops::Shutdown& shutdown) {
            return tlm::validate::run(tlm::validate::make_settings(options), shutdown);
        });
}
