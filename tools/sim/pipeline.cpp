// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "tools/sim/conclusion.hpp"
#include "tools/sim/connecting.hpp"
#include "tools/sim/ledger_file.hpp"
#include "tools/sim/machine.hpp"
#include "tools/sim/mqtt_outlet.hpp"
#include "tools/sim/outlet.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/plan.hpp"
#include "tools/sim/progress.hpp"
#include "tools/sim/record_outlet.hpp"
#include "tools/sim/run_figures.hpp"
#include "tools/sim/settings.hpp"
#include "tools/sim/truth_file.hpp"
#include "tools/sim/wall_clock.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

namespace tlm::sim {
namespace {

using namespace std::chrono_literals;

/// Messages made between two looks at the outlet and the signals.
constexpr std::size_t kBatch = 1'024;

/// Batches do not follow each other faster than this, unless the outlet is what we wait for: a
/// message goes out at most so late, and a high rate costs one write a tick.
constexpr nanoseconds kTick = 1ms;

std::unique_ptr<Outlet> make_outlet(const Settings& settings)
{
    if (!settings.connections) {
        return std::make_unique<RecordOutlet>(STDOUT_FILENO, "standard output");
    }
    const auto roster = make_roster(settings);
    require_descriptors(count_connections(*settings.connections, roster));
    return std::make_unique<MqttOutlet>(*settings.connections, roster,
                                        TopicTemplate{settings.topic_template});
}

ExitStatus preflight(const Settings& settings)
{
    const auto& connections = *settings.connections;
    const auto count = count_connections(connections, make_roster(settings));
    auto needs = needs_of(connections, count, settings.rate, settings.payload_size);
    needs.unpaced = !settings.paced;
    return report(judge(needs, look_at_machine(connections.publisher.sources)));
}

/// Free text is wanted by some, and by others a quote too few.
void warn_of_free_text(const Settings& settings)
{
    for (const auto& group : settings.groups) {
        if (group.traits.is_free_text) {
            log::warn("the payloads of {} are no JSON objects: mqtt2kafka makes dead letters of "
                      "them",
                      group.name);
        }
    }
}

RunSummary with_counts(RunSummary summary, const OutletCounts& counts)
{
    summary.refused = counts.refused;
    summary.resent = counts.resent;
    summary.unheard = counts.unheard;
    summary.in_doubt = counts.in_doubt;
    summary.connections = counts.connections;
    summary.reconnects = counts.reconnects;
    return summary;
}

/// The loop. Time since `m_start` is what positions are compared with.
class Run {
  public:
    Run(Plan plan, Outlet& outlet, LedgerFile* ledger, TruthFile& truth, const Settings& settings,
        ops::Shutdown& shutdown, const Clock& clock)
        : m_plan(std::move(plan)),
          m_outlet(outlet),
          m_ledger(ledger),
          m_truth(truth),
          m_drain_timeout(settings.drain_timeout),
          m_shutdown(shutdown),
          m_clock(clock),
          m_start(clock.monotonic()),
          m_start_wall(now_micros()),
          m_figures(m_start),
          m_progress(m_start)
    {}

    [[nodiscard]] ExitStatus play();

    /// Of all that happened so far; says so in the log as well.
    [[nodiscard]] RunSummary report() const;

  private:
    [[nodiscard]] nanoseconds due(nanoseconds position) const
    {
        return m_plan.timeline ? m_plan.timeline->due(position) : nanoseconds{0};
    }

    [[nodiscard]] bool paced() const { return m_plan.timeline && m_plan.timeline->paced(); }

    [[nodiscard]] bool over(Monotonic now) const;
    void introduce(Monotonic now);
    bool send_due(Monotonic now);
    void send(const Message& message);
    void give_away(Monotonic now);
    void collect();
    void wait(Monotonic now, bool more_due);
    [[nodiscard]] Monotonic next_wake(Monotonic now) const;

    Plan m_plan;
    Outlet& m_outlet;
    LedgerFile* m_ledger;
    TruthFile& m_truth;
    milliseconds m_drain_timeout;
    ops::Shutdown& m_shutdown;
    const Clock& m_clock;
    Monotonic m_start;
    EpochMicros m_start_wall;
    std::optional<Monotonic> m_drain_ends; ///< set when nothing more is made
    Monotonic m_last_batch{};
    std::optional<EpochMs> m_last_ts;          ///< of the message made last
    std::uint64_t m_unheard = 0;               ///< not sent: there was no connection
    std::vector<nanoseconds> m_batch;          ///< when its messages were meant to go out
    std::vector<Confirmation> m_confirmations; ///< scratch
    RunFigures m_figures;
    Progress m_progress;
};

bool Run::over(Monotonic now) const
{
    return m_shutdown.requested() || m_outlet.reader_gone() || !m_plan.script->next_position() ||
           (m_plan.ends && now - m_start >= *m_plan.ends);
}

/// Devices whose connection is new, or who were asked, say who they are before they say more.
void Run::introduce(Monotonic now)
{
    const nanoseconds elapsed = now - m_start;
    while (m_outlet.has_room()) {
        auto newcomer = m_outlet.next_newcomer();
        if (!newcomer) {
            return;
        }
        const auto ts = m_last_ts && paced() ? m_plan.timeline->ts_at(elapsed)
                        : m_plan.timeline    ? m_last_ts.value_or(m_plan.timeline->ts(0ns))
                                             : m_clock.wall();
        for (; m_outlet.hears(newcomer->device); ++newcomer->part) {
            auto message = m_plan.script->introduce(*newcomer, ts);
            if (!message) {
                break;
            }
            message->intended = elapsed;
            send(*message);
        }
    }
}

void Run::send(const Message& message)
{
    if (m_ledger != nullptr) {
        m_ledger->add(message, m_start_wall + message.intended / 1us);
    }
    m_outlet.send(message);
    if (message.hang_up) {
        m_outlet.hang_up(message.device);
    }
    m_batch.push_back(message.intended);
}

/// Makes and sends what is due; true when more is due than one batch.
bool Run::send_due(Monotonic now)
{
    const nanoseconds elapsed = now - m_start;
    const EpochMs wall = m_clock.wall();
    m_figures.room(m_outlet.has_room(), now);
    std::size_t made = 0;
    while (made < kBatch && m_outlet.has_room()) {
        const auto position = m_plan.script->next_position();
        if (!position || due(*position) > elapsed) {
            break;
        }
        ++made;
        m_last_ts = m_plan.timeline ? m_plan.timeline->ts(*position) : wall;
        auto message = m_plan.script->take(*m_last_ts);
        for (const auto device : m_plan.script->hang_ups()) {
            m_outlet.hang_up(device);
        }
        m_plan.script->hang_ups().clear();
        if (!message) {
            continue;
        }
        if (!m_outlet.hears(message->device)) {
            m_plan.script->not_sent();
            ++m_unheard;
            continue;
        }
        message->intended = paced() ? due(*position) : elapsed; // without a plan nothing is late
        send(*message);
    }
    if (made > 0) {
        m_last_batch = now;
    }
    m_truth.add(m_plan.script->truth());
    return made == kBatch;
}

/// Lets the batch go, once the ledger has it.
void Run::give_away(Monotonic now)
{
    if (m_ledger != nullptr) {
        m_ledger->commit();
    }
    const auto made = m_clock.monotonic();
    m_outlet.flush(now);
    const auto gone = m_clock.monotonic();
    m_figures.sent(m_batch, gone, m_outlet.flush_waits() ? gone - made : nanoseconds{0});
    m_figures.room(m_outlet.has_room(), gone);
    m_batch.clear();
    collect();
}

/// At once after the outlet was served: a disk that the ledger waits for must not count.
void Run::collect()
{
    m_confirmations.clear();
    m_outlet.collect(m_confirmations);
    for (const auto& confirmation : m_confirmations) {
        m_figures.confirmed(confirmation.intended, confirmation.at);
    }
}

Monotonic Run::next_wake(Monotonic now) const
{
    Monotonic wake = now + 1h;
    if (const auto deadline = m_outlet.deadline()) {
        wake = std::min(wake, *deadline);
    }
    if (m_drain_ends) {
        return std::min(wake, *m_drain_ends);
    }
    if (m_plan.ends) {
        wake = std::min(wake, m_start + *m_plan.ends);
    }
    if (m_progress.shown()) {
        wake = std::min(wake, m_progress.next());
    }
    const auto position = m_plan.script->next_position();
    if (position && m_outlet.has_room()) {
        wake = std::min(wake, std::max(m_start + due(*position), m_last_batch + kTick));
    }
    return wake;
}

void Run::wait(Monotonic now, bool more_due)
{
    const nanoseconds left = more_due ? nanoseconds{0} : next_wake(now) - now;
    const auto bounded = std::max(left, nanoseconds{0});
    const timespec timeout{bounded / 1s, (bounded % 1s).count()};
    std::array<pollfd, 2> entries{pollfd{m_drain_ends ? -1 : m_shutdown.fd(), POLLIN, 0},
                                  m_outlet.interest()};
    ::ppoll(entries.data(), entries.size(), &timeout, nullptr);
    m_outlet.serve(entries[1].revents, m_clock.monotonic());
    collect();
}

ExitStatus Run::play()
{
    if (m_ledger != nullptr) {
        m_ledger->begin(m_start_wall);
    }
    m_outlet.serve(0, m_start);
    for (;;) {
        const Monotonic now = m_clock.monotonic();
        bool more_due = false;
        if (!m_drain_ends) {
            introduce(now);
            more_due = !over(now) && send_due(now);
            if (over(now)) {
                m_drain_ends = now + m_drain_timeout;
            }
        }
        give_away(now);
        m_progress.show(now, m_figures.sent(), m_outlet.unconfirmed(), m_outlet.status());
        if (m_drain_ends) {
            const auto left = m_outlet.unconfirmed();
            if (left == 0) {
                break;
            }
            if (now >= *m_drain_ends) {
                log::error("{} messages were not acknowledged in time", left);
                return ExitStatus::unconfirmed;
            }
        }
        // Only the flush has noticed that nobody reads any more.
        wait(now, more_due || (!m_drain_ends && m_outlet.reader_gone()));
    }
    m_outlet.close();
    return m_outlet.counts().refused > 0 ? ExitStatus::failure : ExitStatus::ok;
}

RunSummary Run::report() const
{
    using Millis = std::chrono::duration<double, std::milli>;
    m_progress.clear();
    auto summary = with_counts(m_figures.summary(m_clock.monotonic()), m_outlet.counts());
    summary.unheard += m_unheard;
    summary.paced = paced();
    const auto& lag = m_figures.lag();
    constexpr double kShortest = 0.01; // seconds; what less would say is no rate
    log::info("sent {}, {}{}, in {:.3f} s{}{}", summary.sent, m_outlet.summary(),
              summary.unheard > 0 ? fmt::format(", unheard {}", summary.unheard) : std::string{},
              summary.seconds,
              summary.seconds < kShortest ? std::string{}
                                          : fmt::format(", {:.1f}/s", summary.rate()),
              paced() ? fmt::format(", lag p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms",
                                    Millis{lag.quantile(0.5)}.count(),
                                    Millis{lag.quantile(0.99)}.count(), Millis{lag.max()}.count())
                      : std::string{});
    return summary;
}

} // namespace

ExitStatus run(Settings settings, ops::Shutdown& shutdown)
{
    const SystemClock clock;
    check_plan(settings, clock.wall());
    if (settings.connections && settings.connections->preflight) {
        return preflight(settings);
    }
    warn_of_free_text(settings);
    std::optional<LedgerFile> ledger;
    TruthFile truth{settings.truth};
    const auto outlet = make_outlet(settings);
    if (settings.ledger) {
        ledger.emplace(*settings.ledger);
    }
    require_result_files(settings);
    auto* const ledger_file = ledger ? &*ledger : nullptr;
    std::optional<Run> loop;
    auto status = ExitStatus::ok;
    try {
        if (!connect(*outlet, shutdown, clock)) {
            outlet->close();
            return conclude(with_counts({}, outlet->counts()), status, settings, nullptr);
        }
        auto plan = make_plan(settings, clock.wall()); // its first message is due now
        loop.emplace(std::move(plan), *outlet, ledger_file, truth, settings, shutdown, clock);
        status = loop->play();
        truth.close();
    } catch (const Error& error) {
        conclude_failed(loop ? loop->report() : with_counts({}, outlet->counts()), error, settings,
                        loop ? ledger_file : nullptr, truth);
        throw;
    }
    return conclude(loop->report(), status, settings, ledger_file);
}

} // namespace tlm::sim
