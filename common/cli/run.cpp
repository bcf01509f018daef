// SPDX-License-Identifier: Apache-2.0
#include "common/cli/run.hpp"

#include "common/base/error.hpp"
#include "common/cli/parse.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <new>

namespace tlm::cli {

namespace {

/// Opens /dev/null on closed standard descriptors: a socket that landed there would get log lines.
/// For the wrong direction, so that what is read from or written to them fails with EBADF as it
/// would have: data that goes nowhere must not look delivered.
void fill_standard_descriptors() noexcept
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            // Takes the lowest free number, which is `fd`; without CLOEXEC.
            static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
        }
    }
}

/// Writes all of it; false when the reader is gone or the disk is full.
bool write_all(int fd, std::string_view text) noexcept
{
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

/// Answers --help and its like. A reader that left early (`--help | head -1`) is no failure.
ExitStatus answer(const std::string& program, std::string_view text)
{
    std::signal(SIGPIPE, SIG_IGN); // NOLINT(concurrency-mt-unsafe): no other thread yet
    if (write_all(STDOUT_FILENO, text) || errno == EPIPE) {
        return ExitStatus::ok;
    }
    const auto why = errno_text(errno);
    static_cast<void>(write_all(
        STDERR_FILENO, fmt::format("{}: cannot write to standard output: {}\n", program, why)));
    return ExitStatus::failure;
}

void start_log(const OptionTable& table)
{
    const CommonOptions& common = table.common();
    log::Settings settings;
    settings.program = table.program();
    settings.format = common.log_format;
    if (common.quiet) {
        settings.level = log::Level::warning;
    } else if (common.verbose) {
        settings.level = log::Level::debug;
    }
    log::start(settings);
}

ExitStatus report_usage(const std::string& program, std::string_view text)
{
    static_cast<void>(write_all(STDERR_FILENO, fmt::format("{}: {}\ntry '{} --help'\n", program,
                                                           log::escape(text), program)));
    return ExitStatus::usage;
}

ExitStatus run_body(const Body& body)
{
    ops::Shutdown shutdown;
    return body(shutdown);
}

} // namespace

int run_program(int argc, char** argv, const std::function<OptionTable()>& make_table,
                const Body& body)
{
    fill_standard_descriptors();
    ExitStatus status = ExitStatus::failure;
    try {
        OptionTable table = make_table();
        bool parsed = false;
        try {
            const ParseResult result = parse(table, argc, argv);
            if (result.outcome == Outcome::done) {
                return static_cast<int>(answer(table.program(), result.text));
            }
            parsed = true;
            start_log(table);
            status = run_body(body);
        } catch (const Error& error) {
            status = error.exit_status();
            const bool json = parsed && table.common().log_format == log::Format::json;
            if (!json && error.kind() == ErrorKind::usage) {
                status = report_usage(table.program(), error.what());
            } else {
                log::error("{}", error.what());
            }
        }
    } catch (const std::bad_alloc&) {
        log::error("out of memory");
    } catch (const std::exception& error) {
        log::error("internal error: {}", error.what());
    } catch (...) {
        log::error("internal error: an exception of unknown type");
    }
    return static_cast<int>(status);
}

} // namespace tlm::cli
