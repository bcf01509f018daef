// SPDX-License-Identifier: Apache-2.0
// A program of no use but to test what all programs share: options, log, signals, exit status.
#include "common/base/error.hpp"
#include "common/cli/groups.hpp"
#include "common/cli/run.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"

#include <poll.h>
#include <unistd.h>

namespace {

enum class Mode { options, fail, crash, wait };

struct Options {
    tlm::cli::KafkaOptions kafka;
    tlm::cli::InputOptions input;
    tlm::cli::OutputOptions output;
    tlm::cli::DlqOptions dlq;
    tlm::cli::MetricsOptions metrics;
    tlm::cli::ConnectTimeout connect;
    Mode mode = Mode::options;
    std::optional<std::filesystem::path> password_file;
    std::uint64_t batch = 65536;
    std::uint64_t count = 1000;
    bool dry_run = false;
};

tlm::cli::OptionTable table_of(Options& options)
{
    tlm::cli::OptionTable table("tlm-sample", "do nothing, the way all tlm programs do it",
                                "[OPTION]... [FILE]...");
    add_input(table, options.input, options.kafka, "tlm-sample");
    add_output(table, options.output, options.kafka);
    add_dlq(table, options.dlq, options.kafka);
    add_kafka(table, options.kafka);
    table.group("Sample");
    table.add_choice<Mode>(options.mode, "mode", 0, "MODE", "What to do once options are read.",
                           {{"options", Mode::options},
                            {"fail", Mode::fail},
                            {"crash", Mode::crash},
                            {"wait", Mode::wait}});
    table.add(options.password_file, "mqtt-password-file", 0, "FILE",
              "File that holds the password: one line, not readable by everybody.");
    table.add_size(options.batch, "batch", 0, "SIZE", "Bytes a batch.", {1024, 1U << 30U});
    table.add(options.count, "count", 'c', "N", "Stop after N records.", {1, 1000000});
    table.add(options.dry_run, "dry-run", 'n', "Say what would be done; it's [not] done: a_b*c.");
    add_metrics(table, options.metrics);
    add_connect_timeout(table, options.connect);
    table.example("tlm-sample --dry-run < data.ndjson", "What would be done with a file?");
    return table;
}

tlm::ExitStatus run(const Options& options, tlm::ops::Shutdown& shutdown)
{
    switch (options.mode) {
    case Mode::fail:
        throw tlm::fatal_error("broker 'x\x1b[31m' went away");
    case Mode::crash:
        throw std::logic_error("a bug");
    case Mode::wait: {
        static_cast<void>(!::write(STDOUT_FILENO, "waiting\n", 8));
        pollfd stop{shutdown.fd(), POLLIN, 0};
        static_cast<void>(::poll(&stop, 1, -1));
        return tlm::ExitStatus::ok;
    }
    case Mode::options:
        break;
    }
    tlm::log::debug("brokers: {}", options.kafka.brokers);
    if (options.password_file) {
        tlm::log::info(
            "{} bytes of password",
            tlm::cli::read_secret_file("--password-file", *options.password_file).size());
    }
    return tlm::ExitStatus::ok;
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    return tlm::cli::run_program(
        argc, argv, [&options] { return table_of(options); },
        [&options](tlm::ops::Shutdown& shutdown) { return run(options, shutdown); });
}
