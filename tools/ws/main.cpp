// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"
#include "tools/ws/options.hpp"
#include "tools/ws/pipeline.hpp"

int main(int argc, char** argv)
{
    using namespace tlm;
    ws::Options options;
    return cli::run_program(
        argc, argv, [&options] { return ws::make_table(options); },
        [&options](ops::Shutdown& shutdown) {
            return ws::run(ws::make_settings(options), shutdown);
        });
}
