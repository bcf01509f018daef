// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "tools/sim/connecting.hpp"
#include "tools/sim/lag.hpp"
#include "tools/sim/ledger_file.hpp"
#include "tools/sim/machine.hpp"
#include "tools/sim/mqtt_outlet.hpp"
#include "tools/sim/outlet.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/plan.hpp"
#include "tools/sim/progress.hpp"
#include "tools/sim/record_outlet.hpp"
#include "tools/sim/settings.hpp"
#include "tools/sim/truth_file.hpp"

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
    const auto needs = needs_of(connections, count, settings.rate, settings.payload_size);
    return report(judge(needs, look_at_machine(connections.publisher.sources)));
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
          m_progress(m_start)
    {}

    [[nodiscard]] ExitStatus play();
    void report() const;

  private:
    [[nodiscard]] nanoseconds due(nanoseconds position) const
    {
        return m_plan.timeline ? m_plan.timeline->due(position) : nanoseconds{0};
    }

    [[nodiscard]] bool over(Monotonic now) const;
    bool send_due(Monotonic now);
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
    std::optional<Monotonic> m_drain_ends; ///< set when nothing more is made
    Monotonic m_last_batch{};
    std::uint64_t m_sent = 0;
    std::vector<Confirmation> m_confirmations; ///< scratch
    LagHistogram m_lag;
    Progress m_progress;
};

bool Run::over(Monotonic now) const
{
    return m_shutdown.requested() || m_outlet.reader_gone() || !m_plan.script->next_position() ||
           (m_plan.ends && now - m_start >= *m_plan.ends);
}

/// Makes and sends what is due; true when more is due than one batch.
bool Run::send_due(Monotonic now)
{
    const nanoseconds elapsed = now - m_start;
    const EpochMs wall = m_clock.wall();
    std::size_t made = 0;
    while (made < kBatch && m_outlet.has_room()) {
        const auto position = m_plan.script->next_position();
        if (!position || due(*position) > elapsed) {
            break;
        }
        ++made;
        auto message = m_plan.script->take(m_plan.timeline ? m_plan.timeline->ts(*position) : wall);
        for (const auto device : m_plan.script->hang_ups()) {
            m_outlet.hang_up(device, now);
        }
        m_plan.script->hang_ups().clear();
        if (!message) {
            continue;
        }
        message->intended = due(*position);
        m_lag.add(elapsed - message->intended);
        if (m_ledger != nullptr) {
            m_ledger->add(*message);
        }
        m_outlet.send(*message);
        if (message->hang_up) {
            m_outlet.hang_up(message->device, now);
        }
        ++m_sent;
    }
    if (made > 0) {
        m_last_batch = now;
    }
    m_truth.add(m_plan.script->truth());
    return made == kBatch;
}

/// Takes what was confirmed off the outlet.
void Run::collect()
{
    m_confirmations.clear();
    m_outlet.collect(m_confirmations);
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
}

ExitStatus Run::play()
{
    m_outlet.serve(0, m_start);
    for (;;) {
        const Monotonic now = m_clock.monotonic();
        bool more_due = false;
        if (!m_drain_ends) {
            more_due = !over(now) && send_due(now);
            if (m_ledger != nullptr) {
                m_ledger->commit();
            }
            if (over(now)) {
                m_drain_ends = now + m_drain_timeout;
            }
        }
        m_outlet.flush(now);
        collect();
        m_progress.show(now, m_sent, m_outlet.unconfirmed(), m_outlet.status());
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

void Run::report() const
{
    using Seconds = std::chrono::duration<double>;
    using Millis = std::chrono::duration<double, std::milli>;
    m_progress.clear();
    const double took = Seconds{m_clock.monotonic() - m_start}.count();
    const bool paced = m_plan.timeline && m_plan.timeline->paced();
    log::info("sent {}, {}, in {:.3f} s, {:.1f}/s{}", m_sent, m_outlet.summary(), took,
              static_cast<double>(m_sent) / std::max(took, 1e-9),
              paced ? fmt::format(", lag p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms",
                                  Millis{m_lag.quantile(0.5)}.count(),
                                  Millis{m_lag.quantile(0.99)}.count(),
                                  Millis{m_lag.quantile(1)}.count())
                    : std::string{});
}

} // namespace

ExitStatus run(Settings settings, ops::Shutdown& shutdown)
{
    if (settings.connections && settings.connections->preflight) {
        return preflight(settings);
    }
    const SystemClock clock;
    std::optional<LedgerFile> ledger;
    TruthFile truth{settings.truth};
    const auto outlet = make_outlet(settings);
    if (settings.ledger) {
        ledger.emplace(*settings.ledger);
    }
    if (!connect(*outlet, shutdown, clock)) {
        outlet->close();
        return ExitStatus::ok;
    }
    auto plan = make_plan(settings, clock.wall()); // its first message is due now
    auto* const ledger_or_none = ledger ? &*ledger : nullptr;
    Run loop{std::move(plan), *outlet, ledger_or_none, truth, settings, shutdown, clock};
    try {
        const auto status = loop.play();
        truth.close();
        loop.report();
        return status;
    } catch (...) {
        loop.report();
        throw;
    }
}

} // namespace tlm::sim
