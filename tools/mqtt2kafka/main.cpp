// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"
#include "tools/mqtt2kafka/check/check.hpp"
#include "tools/mqtt2kafka/options.hpp"
#include "tools/mqtt2kafka/pipeline.hpp"

int main(int argc, char** argv)
{
    using namespace tlm;
    mqtt2kafka::Options options;
    return cli::run_program(
        argc, argv, [&options] { return mqtt2kafka::make_table(options); },
        [&options](ops::Shutdown& shutdown) {
            const auto settings = mqtt2kafka::make_settings(options);
            return options.check
                       ? mqtt2kafka::check::run(settings, options.mosquitto_conf, shutdown)
                       : mqtt2kafka::run(settings, shutdown);
        });
}
