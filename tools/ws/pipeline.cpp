// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/pipeline.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/base/version.hpp"
#include "common/ops/health.hpp"
#include "common/ops/log.hpp"
#include "common/ops/metrics.hpp"
#include "common/ops/metrics_server.hpp"
#include "common/ops/sd_notify.hpp"
#include "common/ops/signals.hpp"
#include "tools/ws/assets.hpp"
#include "tools/ws/feed.hpp"
#include "tools/ws/listener.hpp"
#include "tools/ws/server.hpp"
#include "tools/ws/stats.hpp"
#include "tools/ws/tick_pacer.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

namespace tlm::ws {

namespace {

constexpr milliseconds kHousekeeping{1'000};
constexpr milliseconds kWatchdog{30'000};
constexpr milliseconds kGoodbye{800};    ///< from the request to stop to the end, at most
constexpr milliseconds kLastLook{2'000}; ///< with --exit-at-end, for clients to get everything
constexpr milliseconds kLeaving{10};
constexpr std::size_t kOtherDescriptors = 64 + 256; ///< beside those of WebSockets

std::chrono::nanoseconds thread_cpu() noexcept
{
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

/// Makes room for `wanted` clients; how many there is room for.
std::size_t descriptors_for(std::size_t wanted)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return wanted;
    }
    const rlim_t needed = wanted + kOtherDescriptors;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = std::min<rlim_t>(needed, limit.rlim_max);
        (void)::setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) {
        return wanted;
    }
    const std::size_t room =
        limit.rlim_cur > kOtherDescriptors + 1 ? limit.rlim_cur - kOtherDescriptors : 1;
    log::warn("only {} of --max-clients {}: the limit of open files (LimitNOFILE=, ulimit -n) is "
              "{}",
              room, wanted, limit.rlim_cur);
    return room;
}

class Pipeline {
  public:
    Pipeline(const Settings& settings, ops::Shutdown& shutdown);

    ExitStatus run();

  private:
    void on_records(Feed::Progress progress);
    void schedule_tick();
    void on_tick();
    void on_housekeeping();
    void set_status();
    void begin_goodbye();
    void on_leaving();
    [[nodiscard]] std::string hello() const;

    const Settings& m_settings;
    SystemClock m_clock;
    ops::Metrics m_metrics{"tlm-ws"};
    ops::Health m_health{kWatchdog};
    ops::SdNotify m_systemd;
    Stats m_stats{m_metrics};

    EventLoop m_loop;
    LastValues m_values;
    Hub m_hub{m_values, Server::headroom()};
    TickPacer m_pacer;
    Listener m_listener;
    Admission m_admission;
    Responder m_responder;
    Feed m_feed;
    std::unique_ptr<Server> m_server;

    Timer m_tick{m_loop, [this] { on_tick(); }};
    Timer m_housekeeping{m_loop, [this] { on_housekeeping(); }};
    Timer m_leaving{m_loop, [this] { on_leaving(); }};
    ReadWatcher m_stop;
    std::unique_ptr<ops::MetricsServer> m_metrics_server;

    std::string m_epoch; ///< tells this process from its predecessor
    Feed::State m_shown_state = Feed::State::waiting;
    milliseconds m_shown_tick{0};
    bool m_ready = false;
    bool m_dismissed = false;
    Monotonic m_deadline{};
};

Pipeline::Pipeline(const Settings& settings, ops::Shutdown& shutdown)
    : m_settings(settings),
      m_values(settings.store),
      m_pacer(settings.tick),
      m_listener(m_loop, settings.listen,
                 [this](UniqueFd socket) { m_server->adopt(std::move(socket)); }),
      m_admission(settings.allowed_origins, m_listener.loopback()),
      m_responder(m_values, m_admission, page_assets()),
      m_feed(m_loop, settings.input, m_values, m_clock, shutdown.fd(),
             [this](Feed::Progress progress) { on_records(progress); }),
      m_stop(m_loop, shutdown.fd(), [this] { begin_goodbye(); }),
      m_epoch(fmt::format("{:x}-{:x}", m_clock.wall(), ::getpid()))
{
    ServerLimits limits;
    limits.max_clients = descriptors_for(settings.max_clients);
    m_server = std::make_unique<Server>(
        m_loop, m_hub, m_admission, m_responder, [this] { return hello(); }, limits);
    if (settings.metrics_listen) {
        m_metrics_server =
            std::make_unique<ops::MetricsServer>(*settings.metrics_listen, m_metrics, m_health);
    }
}

ExitStatus Pipeline::run()
{
    log::info("serving http://{}/", m_listener.name());
    m_stop.start();
    m_feed.start();
    set_status();
    on_housekeeping();
    m_loop.run();
    m_listener.close();
    m_feed.close();
    return ExitStatus::ok;
}

void Pipeline::on_records(Feed::Progress progress)
{
    m_stats.count(progress);
    m_health.progress(m_clock.monotonic());
    if (m_feed.state() != m_shown_state) {
        set_status();
    }
    if (m_values.version() > 0) {
        schedule_tick();
    }
}

/// No change, no timer: an idle server sleeps.
void Pipeline::schedule_tick()
{
    if (!m_tick.active()) {
        m_tick.start(m_pacer.wait(m_clock.monotonic()));
    }
}

void Pipeline::on_tick()
{
    const auto now = m_clock.monotonic();
    if (m_pacer.wait(now) > milliseconds{0}) {
        m_tick.start(m_pacer.wait(now)); // the loop's clock runs ahead of long callbacks
        return;
    }
    if (m_hub.publish()) {
        m_pacer.ticked(now, thread_cpu());
        if (m_pacer.tick() != m_shown_tick) {
            set_status();
        }
        m_server->wake_clients();
    }
    if (m_feed.state() == Feed::State::ended && m_settings.input.exit_at_end &&
        !m_leaving.active()) {
        m_deadline = now + kLastLook;
        m_leaving.start(kLeaving);
    }
}

/// The loop itself is what must make progress here: a topic may be silent for hours.
void Pipeline::on_housekeeping()
{
    const auto now = m_clock.monotonic();
    m_health.progress(now);
    m_systemd.watchdog();
    m_server->housekeeping();
    m_feed.housekeeping();
    m_stats.update(m_values, m_hub, *m_server, m_feed, m_pacer.tick());
    if (m_feed.state() != m_shown_state) {
        set_status();
    }
    if (!m_ready && m_feed.state() != Feed::State::waiting) {
        m_ready = true;
        m_health.set_ready(true);
        m_systemd.ready();
    }
    if (!m_ready) {
        m_systemd.extend_timeout(kWatchdog); // Kafka may be the one that takes its time
    }
    const auto detail = fmt::format("{} devices, {} clients, input {}", m_values.size(),
                                    m_server->clients(), Feed::name(m_feed.state()));
    m_health.set_detail(detail);
    m_systemd.status(detail);
    m_housekeeping.start(kHousekeeping);
}

void Pipeline::set_status()
{
    m_shown_state = m_feed.state();
    m_shown_tick = m_pacer.tick();
    m_hub.set_status(fmt::format(R"("input":"{}","tick_ms":{})", Feed::name(m_shown_state),
                                 m_shown_tick.count()));
    m_server->wake_clients();
    if (m_shown_state == Feed::State::ended) {
        log::info("the input has ended: {} devices", m_values.size());
        schedule_tick();
    }
}

/// Also the end after --exit-at-end. A second signal does not come here: it ends the process.
void Pipeline::begin_goodbye()
{
    m_stop.stop(); // stays readable
    m_systemd.stopping();
    m_health.set_ready(false);
    m_listener.close();
    m_tick.stop();
    m_feed.stop();
    m_server->dismiss_clients();
    m_dismissed = true;
    m_deadline = m_clock.monotonic() + kGoodbye;
    on_leaving();
}

void Pipeline::on_leaving()
{
    const bool late = m_clock.monotonic() >= m_deadline;
    if (m_dismissed && (m_server->clients() == 0 || late)) {
        m_loop.stop();
        return;
    }
    if (!m_dismissed && (late || !m_server->any_behind())) {
        begin_goodbye();
        return;
    }
    m_leaving.start(kLeaving);
}

std::string Pipeline::hello() const
{
    return fmt::format(R"({{"type":"hello","v":1,"server":"tlm-ws {}","epoch":"{}","now":{},)"
                       R"("tick_ms":{},"late_ms":{},"silent_ms":{}}})",
                       version(), m_epoch, m_clock.wall(), m_settings.tick.count(),
                       m_settings.late.count(), m_settings.silent.count());
}

} // namespace

ExitStatus run(const Settings& settings, ops::Shutdown& shutdown)
{
    Pipeline pipeline{settings, shutdown};
    return pipeline.run();
}

} // namespace tlm::ws
