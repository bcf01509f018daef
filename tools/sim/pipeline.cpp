// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"
#include "tools/sim/lag.hpp"
#include "tools/sim/ledger_file.hpp"
#include "tools/sim/options.hpp"
#include "tools/sim/outlet.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/progress.hpp"
#include "tools/sim/recording.hpp"
#include "tools/sim/script.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <set>
#include <utility>

namespace tlm::sim {
namespace {

using namespace std::chrono_literals;

/// Messages made between two looks at the outlet and the signals.
constexpr std::size_t kBatch = 1'024;

/// Batches do not follow each other faster than this, unless the outlet is what we wait for: a
/// message goes out at most so late, and a high rate costs one write a tick.
constexpr nanoseconds kTick = 1ms;

/// What is played, and when.
struct Plan {
    std::unique_ptr<Script> script;
    std::optional<Timeline> timeline; ///< none: messages carry the time they are made at
    std::optional<milliseconds> ends; ///< after the start; only where the script has no end
};

std::vector<Point> read_recording(const std::string& path, std::uint32_t device)
{
    auto parsed = parse_recording(read_recording_file(path), device);
    if (const auto* const bad = std::get_if<BadLine>(&parsed)) {
        throw usage_error(bad->line > 0 ? fmt::format("{}:{}: {}", path, bad->line, bad->text)
                                        : fmt::format("{}: {}", path, bad->text));
    }
    return std::get<std::vector<Point>>(std::move(parsed));
}

Plan plan_replay(const Options& options, const Identity& identity, EpochMs now)
{
    std::vector<std::string> paths = options.recordings;
    paths.insert(paths.end(), options.operands.begin(), options.operands.end());
    std::vector<std::vector<Point>> recordings;
    std::vector<std::string> names;
    std::set<std::string> known;
    for (const auto& path : paths) {
        names.push_back(device_id_of(path));
        if (names.back().empty()) {
            throw usage_error(path + ": the name of the file names no device");
        }
        if (!known.insert(names.back()).second) {
            throw usage_error(path + ": a second recording of the device " + names.back());
        }
        recordings.push_back(read_recording(path, static_cast<std::uint32_t>(recordings.size())));
    }
    if (options.align) {
        align_starts(recordings);
    }
    auto points = merge(std::move(recordings));
    if (milliseconds{points.back().ts - points.front().ts} > kLongestSeries) {
        throw usage_error("--replay: the recordings are more than 100 years apart");
    }
    auto script = std::make_unique<ReplayScript>(std::move(points), std::move(names), identity);
    auto timeline = Timeline::moved_to(now, *script->last_position(), options.speed);
    if (options.keep_time || options.start_time) {
        const EpochMs first = options.start_time.value_or(script->first_ts());
        timeline = Timeline::fixed_at(first, options.speed);
    }
    return {std::move(script), timeline, std::nullopt};
}

Plan plan_fleet(const Options& options, const Identity& identity, EpochMs now)
{
    FleetScript::Settings settings{.devices = static_cast<std::uint32_t>(options.devices),
                                   .prefix = options.device_prefix,
                                   .rate = options.rate,
                                   .count = options.count};
    if (options.duration && options.rate) {
        settings.count = steady_count(*options.duration, *options.rate);
    }
    auto script = std::make_unique<FleetScript>(settings, identity, default_signals());
    if (!options.rate) {
        return {std::move(script), std::nullopt, options.duration};
    }
    const auto last = script->last_position().value_or(nanoseconds{0});
    const auto timeline = options.start_time
                              ? Timeline::fixed_at(*options.start_time, options.speed)
                              : Timeline::moved_to(now, last, options.speed);
    return {std::move(script), timeline, std::nullopt};
}

Plan make_plan(const Options& options, EpochMs now)
{
    constexpr EpochMs kSecond = 1'000;
    Identity identity;
    identity.pad_to = options.payload_size;
    identity.seed = options.seed.value_or(static_cast<std::uint64_t>(now));
    identity.boot = options.seed ? static_cast<std::int64_t>(*options.seed) : now / kSecond;
    return options.replays() ? plan_replay(options, identity, now)
                             : plan_fleet(options, identity, now);
}

std::unique_ptr<Outlet> make_outlet(const Options& options)
{
    if (options.mqtt.empty()) {
        return std::make_unique<RecordOutlet>(STDOUT_FILENO, "standard output");
    }
    mqtt::PublisherOptions publisher;
    publisher.url = mqtt::parse_url(options.mqtt);
    publisher.client_id =
        options.client_id.empty() ? fmt::format("tlm-sim-{}", ::getpid()) : options.client_id;
    publisher.version = options.mqtt_version;
    publisher.qos = options.qos;
    publisher.window = static_cast<std::uint16_t>(options.inflight);
    publisher.password = read_password(options);
    return std::make_unique<MqttOutlet>(publisher, TopicTemplate{options.topic_template},
                                        options.connect_timeout.limit);
}

/// The loop. Time since `m_start` is what positions are compared with.
class Run {
  public:
    Run(Plan plan, Outlet& outlet, LedgerFile* ledger, const Options& options,
        ops::Shutdown& shutdown, const Clock& clock)
        : m_plan(std::move(plan)),
          m_outlet(outlet),
          m_ledger(ledger),
          m_drain_timeout(options.drain_timeout),
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
    void wait(Monotonic now, bool more_due);
    [[nodiscard]] Monotonic next_wake(Monotonic now) const;

    Plan m_plan;
    Outlet& m_outlet;
    LedgerFile* m_ledger;
    milliseconds m_drain_timeout;
    ops::Shutdown& m_shutdown;
    const Clock& m_clock;
    Monotonic m_start;
    std::optional<Monotonic> m_drain_ends; ///< set when nothing more is made
    Monotonic m_last_batch{};
    std::uint64_t m_sent = 0;
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
        const auto message =
            m_plan.script->take(m_plan.timeline ? m_plan.timeline->ts(*position) : wall);
        m_lag.add(elapsed - due(*position));
        if (m_ledger != nullptr) {
            m_ledger->add(message);
        }
        m_outlet.send(message);
        ++made;
    }
    m_sent += made;
    if (made > 0) {
        m_last_batch = now;
    }
    return made == kBatch;
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
        m_progress.show(now, m_sent, m_outlet.unconfirmed());
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
        wait(now, more_due);
    }
    m_outlet.close();
    return m_outlet.refused() > 0 ? ExitStatus::failure : ExitStatus::ok;
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

ExitStatus run(const Options& options, ops::Shutdown& shutdown)
{
    const SystemClock clock;
    std::optional<LedgerFile> ledger;
    auto plan = make_plan(options, clock.wall());
    const auto outlet = make_outlet(options);
    if (options.ledger) {
        ledger.emplace(*options.ledger);
    }
    Run loop{std::move(plan), *outlet, ledger ? &*ledger : nullptr, options, shutdown, clock};
    try {
        const auto status = loop.play();
        loop.report();
        return status;
    } catch (...) {
        loop.report();
        throw;
    }
}

} // namespace tlm::sim
