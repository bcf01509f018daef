// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/verify.hpp"

#include "common/base/error.hpp"
#include "common/base/hash.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "common/record/record.hpp"
#include "tools/sim/arrivals.hpp"
#include "tools/sim/ledger_files.hpp"
#include "tools/sim/output_files.hpp"
#include "tools/sim/result_files.hpp"
#include "tools/sim/verify_report.hpp"
#include "tools/sim/watch.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace tlm::sim {
namespace {

std::string table_text(const pg::TableName& table)
{
    return (table.schema.empty() ? "" : table.schema + '.') + table.name;
}

/// A place that the environment names is looked at like any other: say so before it takes time.
void tell_places(const VerifySettings& settings)
{
    std::vector<std::string> places;
    if (settings.kafka) {
        places.push_back("kafka " + settings.topic);
    }
    if (!settings.dlq_topic.empty()) {
        places.push_back("dead letters " + settings.dlq_topic);
    }
    if (settings.records) {
        places.push_back("records " + *settings.records);
    }
    if (settings.conninfo) {
        places.push_back("postgres " + table_text(settings.table));
    }
    if (settings.page) {
        places.emplace_back("tlm-ws");
    }
    log::info("looking at {}", fmt::join(places, ", "));
}

/// A ledger read twice would expect everything twice, and so hide duplicates.
void require_different(const std::vector<std::string>& ledgers)
{
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (is_same_file(ledgers[i], ledgers[j])) {
                throw usage_error(
                    fmt::format("verify: {} and {} are the same ledger", ledgers[j], ledgers[i]));
            }
        }
    }
}

/// The results may not overwrite what is read.
void require_latency_file(const VerifySettings& settings)
{
    const auto latency = settings.latency.value_or("");
    std::vector<NamedFile> inputs{{"--records", settings.records.value_or("")}};
    for (const auto& ledger : settings.ledgers) {
        inputs.push_back({"the ledger", ledger});
    }
    check_apart({{"--latency", latency}}, inputs);
    require_writable(
        {"--latency", latency.empty() ? latency : latency_file_name(latency, kSentHop)});
}

/// None when a stop was requested before all was read.
using Reports = std::optional<std::vector<HopReport>>;

/// Reads all places once.
class Inspection {
  public:
    Inspection(const VerifySettings& settings, const SentMessages& sent, ops::Shutdown& shutdown)
        : m_settings(settings), m_sent(sent), m_shutdown(shutdown)
    {}

    /// Empty when a stop was requested before the end.
    [[nodiscard]] Reports run()
    {
        const bool complete = topics() && records() && table() && page();
        return complete ? Reports{std::move(m_reports)} : std::nullopt;
    }

  private:
    [[nodiscard]] bool topics()
    {
        if (!m_settings.kafka) {
            return true;
        }
        auto& hop = m_topic.emplace("kafka " + m_settings.topic, m_sent, true);
        RecordReader reader;
        if (!read_topic(m_settings, m_settings.topic, m_shutdown,
                        [&](const Input& input) { give_record(reader, input.value, hop); })) {
            return false;
        }
        const bool letters = !m_settings.dlq_topic.empty();
        m_reports.push_back(hop.report(letters ? Rejects::seen : Rejects::unseen));
        return !letters || dead_letters();
    }

    [[nodiscard]] bool dead_letters()
    {
        DeadLetterHop hop("dead letters " + m_settings.dlq_topic, m_sent);
        if (!read_topic(m_settings, m_settings.dlq_topic, m_shutdown,
                        [&](const Input& input) { hop.arrived(fnv1a(input.value)); })) {
            return false;
        }
        m_reports.push_back(hop.report(&*m_topic));
        return true;
    }

    [[nodiscard]] bool records()
    {
        if (!m_settings.records) {
            return true;
        }
        Hop hop("records " + *m_settings.records, m_sent, true);
        RecordReader reader;
        if (!read_lines(*m_settings.records, m_shutdown,
                        [&](const Input& input) { give_record(reader, input.value, hop); })) {
            return false;
        }
        m_reports.push_back(hop.report());
        return true;
    }

    [[nodiscard]] bool table()
    {
        if (!m_settings.conninfo) {
            return true;
        }
        Hop hop("postgres " + table_text(m_settings.table), m_sent, false);
        if (!read_table(m_settings, m_shutdown, hop)) {
            return false;
        }
        m_reports.push_back(m_topic ? hop.report_behind(*m_topic) : hop.report());
        return true;
    }

    [[nodiscard]] bool page()
    {
        if (!m_settings.page) {
            return true;
        }
        LastValueHop hop("tlm-ws", m_sent);
        if (!read_page(m_settings, m_shutdown, hop)) {
            return false;
        }
        m_reports.push_back(hop.report());
        return true;
    }

    const VerifySettings& m_settings;
    const SentMessages& m_sent;
    ops::Shutdown& m_shutdown;
    std::optional<Hop> m_topic; ///< once it was read
    std::vector<HopReport> m_reports;
};

bool something_lost(const std::vector<HopReport>& hops)
{
    return std::any_of(hops.begin(), hops.end(),
                       [](const HopReport& hop) { return hop.count(Flaw::lost) > 0; });
}

/// Looks again until nothing is missing any more, for `patience`. Standard input is read once.
Reports inspect(const VerifySettings& settings, milliseconds patience, const SentMessages& sent,
                ops::Shutdown& shutdown)
{
    constexpr milliseconds kPause{500};
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        auto reports = Inspection(settings, sent, shutdown).run();
        const auto now = std::chrono::steady_clock::now();
        if (!reports || !something_lost(*reports) || now >= deadline || settings.records == "-") {
            return reports;
        }
        pollfd stop{shutdown.fd(), POLLIN, 0};
        static_cast<void>(::poll(&stop, 1, poll_timeout(kPause)));
    }
}

void print(const VerifyReport& report, bool json)
{
    std::string text;
    if (json) {
        append_json(text, report);
    } else {
        append_text(text, report);
        text.pop_back(); // the line break that write_result() adds
    }
    write_result("-", text);
}

} // namespace

ExitStatus verify(const VerifySettings& settings, ops::Shutdown& shutdown)
{
    require_different(settings.ledgers);
    require_latency_file(settings);
    tell_places(settings);
    SentMessages sent;
    VerifyReport report;
    LedgerFiles ledgers(settings.ledgers,
                        settings.follow ? LedgerFiles::Missing::wait : LedgerFiles::Missing::fail);
    auto patience = settings.timeout;
    if (settings.follow) {
        const auto end = watch(settings, ledgers, sent, shutdown, report.latencies);
        if (end == WatchEnd::stopped) {
            throw fatal_error("stopped before the end: nothing was proved");
        }
        if (end == WatchEnd::timeout) {
            patience = milliseconds{0}; // it was waited for
        }
    }
    ledgers.finish(sent);
    if (sent.size() == 0) {
        throw usage_error("the ledger is empty: nothing was proved");
    }
    auto reports = inspect(settings, patience, sent, shutdown);
    if (!reports) {
        throw fatal_error("stopped before the end: nothing was proved");
    }
    merge(report.latencies, ledgers.latencies());
    report.messages = sent.size();
    report.devices = sent.device_count();
    report.unfinished_runs = ledgers.unfinished_runs();
    report.valid = ledgers.valid();
    report.hops = std::move(*reports);
    report.duplicates_allowed = settings.duplicates_allowed;
    print(report, settings.json);
    if (settings.latency) {
        const auto* const why = report.valid ? "" : "the generator itself was late";
        write_latencies(*settings.latency, {report.latencies, why});
    }
    return report.breach() ? ExitStatus::failure : ExitStatus::ok;
}

} // namespace tlm::sim
