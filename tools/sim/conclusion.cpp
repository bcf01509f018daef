// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/conclusion.hpp"

#include "common/ops/log.hpp"
#include "tools/sim/output_files.hpp"
#include "tools/sim/result_files.hpp"
#include "tools/sim/wall_clock.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace tlm::sim {
namespace {

void write_summary(const RunSummary& summary, const Settings& settings)
{
    if (settings.summary) {
        std::string text;
        append_summary(text, summary, Buckets::without);
        write_result(*settings.summary, text);
    }
}

void end_ledger(const RunSummary& summary, LedgerFile* ledger)
{
    if (ledger != nullptr) {
        ledger->end(now_micros(), summary);
        ledger->commit();
    }
}

void write_distributions(const RunSummary& summary, const Settings& settings)
{
    if (settings.latency) {
        write_latencies(*settings.latency, {summary.latencies, summary.invalid()});
    }
}

/// Whether latencies were asked for and may be the generator's own.
bool warn_when_invalid(const RunSummary& summary, const Settings& settings)
{
    const bool measured = settings.latency.has_value();
    if (!summary.valid()) {
        log::event(measured ? log::Level::warning : log::Level::info,
                   "INVALID: {}; latencies may be its own", summary.invalid());
    }
    return measured && !summary.valid();
}

/// What fails now is the second failure: it is told in the log, where it is another one.
template <typename Write>
void attempt(const Error& error, const Write& write)
{
    try {
        write();
    } catch (const Error& second) {
        if (std::string_view{second.what()} != error.what()) {
            log::error("{}", second.what());
        }
    }
}

void write_what_can_be(RunSummary summary, const Error& error, const Settings& settings,
                       LedgerFile* ledger)
{
    summary.exit_status = static_cast<int>(error.exit_status());
    summary.error = error.what();
    attempt(error, [&] { end_ledger(summary, ledger); });
    attempt(error, [&] { write_distributions(summary, settings); });
    attempt(error, [&] { write_summary(summary, settings); });
}

} // namespace

void require_result_files(const Settings& settings)
{
    require_writable({"--summary", settings.summary.value_or("")});
    if (settings.latency) {
        require_writable({"--latency", latency_file_name(*settings.latency, kSentHop)});
    }
}

ExitStatus conclude(RunSummary summary, ExitStatus status, const Settings& settings,
                    LedgerFile* ledger)
{
    if (warn_when_invalid(summary, settings) && status == ExitStatus::ok) {
        status = ExitStatus::failure;
    }
    summary.exit_status = static_cast<int>(status);
    try {
        end_ledger(summary, ledger);
        write_distributions(summary, settings);
    } catch (const Error& error) {
        write_what_can_be(std::move(summary), error, settings, nullptr);
        throw;
    }
    write_summary(summary, settings);
    return status;
}

void conclude_failed(RunSummary summary, const Error& error, const Settings& settings,
                     LedgerFile* ledger, TruthFile& truth)
{
    attempt(error, [&] { truth.close(); });
    (void)warn_when_invalid(summary, settings);
    write_what_can_be(std::move(summary), error, settings, ledger);
}

} // namespace tlm::sim
