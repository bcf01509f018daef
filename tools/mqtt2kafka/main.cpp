// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"
#include "tools/mqtt2kafka/options.hpp"
#include "tools/mqtt2kafka/pipeline.hpp"

int main(int argc, char** argv)
{
    using namespace tlm;
    mqtt2kafka::Options options;
    return cli::run_program(
        argc, argv, [&options] { return mqtt2kafka::make_table(options); },
        [&options](ops::Shutdown& shutdown) {
            return mqtt2kafka::run(mqtt2kafka::make_settings(options), shutdown);
        });
}
