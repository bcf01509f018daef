// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/bridge.hpp"

#include "common/base/units.hpp"
#include "common/ops/log.hpp"
#include "common/ops/signals.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace tlm::mqtt2kafka {
namespace {

using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr milliseconds kUpdateInterval = seconds{1};
/// For the broker to read the last acknowledgements, whatever --drain-timeout has left.
constexpr milliseconds kCloseTimeout = seconds{5};
/// The same on the way from one broker to another, while a third may wait.
constexpr milliseconds kLeaveTimeout = seconds{1};
/// How often the end of a visit, and the answer of a broker elsewhere, is looked for.
constexpr milliseconds kMoveInterval{50};
/// A subscription that has brought no redelivery for so long brings none.
constexpr milliseconds kRedeliveryTime = seconds{2};

timespec until(Monotonic now, Monotonic then)
{
    const auto left = std::max(nanoseconds::zero(), duration_cast<nanoseconds>(then - now));
    const auto whole = duration_cast<seconds>(left);
    return {whole.count(), (left - whole).count()};
}

std::vector<std::unique_ptr<Broker>> make_brokers(const Settings& settings,
                                                  mqtt::Receiver& receiver)
{
    std::vector<std::unique_ptr<Broker>> brokers;
    for (const mqtt::Url& url : settings.brokers) {
        mqtt::SubscriberOptions options = settings.subscriber;
        options.url = url;
        brokers.push_back(std::make_unique<Broker>(options, receiver));
    }
    return brokers;
}

} // namespace

Bridge::Bridge(const Settings& settings, Forwarder& forwarder, Monitor& monitor,
               ops::Shutdown& shutdown, OutputState outputs, MarkKeeper* marks)
    : m_settings(settings),
      m_forwarder(forwarder),
      m_monitor(monitor),
      m_shutdown(shutdown),
      m_outputs(std::move(outputs)),
      m_marks(marks),
      m_cycle(settings.cycle),
      m_brokers(make_brokers(settings, *this)),
      m_rota(m_brokers.size(), settings.rota),
      m_broker(m_brokers.front().get()),
      m_now(m_clock.monotonic())
{
    m_forwarder.redeliveries().begin_with(sessions());
}

/// How many sessions of ours there are: brokers of a cluster share one.
std::size_t Bridge::sessions() const noexcept
{
    return m_settings.rota.cluster ? 1 : m_brokers.size();
}

ExitStatus Bridge::run()
{
    while (act(m_cycle.next(observe()))) {
        if (m_brokers.size() > 1) {
            consider_move();
        }
        if (m_now >= m_next_update) {
            update_monitor();
        }
        if (on_reload && m_shutdown.take_reload()) {
            on_reload();
        }
    }
    update_monitor();
    return m_status;
}

Observed Bridge::observe()
{
    m_now = m_clock.monotonic();
    if (hold && !hold(m_now) && !m_deadline) {
        log::warn("the lease is wanted back: stopping, for a restart to wait for it again");
        m_status = ExitStatus::failure;
        request_stop();
    }
    if (!m_deadline && m_shutdown.requested()) {
        request_stop();
    }
    Observed seen;
    seen.now = m_now;
    seen.readable = m_readable;
    seen.writable = m_writable;
    seen.wants_write = m_broker->subscriber.wants_write();
    seen.unconfirmed = m_forwarder.unconfirmed();
    seen.failed = m_forwarder.failed();
    seen.provable = m_broker->subscriber.subscribed() && m_forwarder.redeliveries().provable();
    seen.stopping = m_deadline.has_value();
    seen.deadline = m_deadline.value_or(m_now);
    return seen;
}

bool Bridge::act(const Step& step)
{
    switch (step.action) {
    case Action::wait:
        wait(step);
        return true;
    case Action::connect:
    case Action::read:
    case Action::write:
    case Action::prove:
    case Action::keep_alive:
        act_on_link(step.action);
        return true;
    case Action::collect:
        m_forwarder.advance(m_clock.wall(), m_now);
        return true;
    case Action::release:
        release();
        return true;
    case Action::abandon:
        abandon();
        return true;
    case Action::close:
        close();
        return false;
    case Action::finish:
        finish();
        return false;
    case Action::give_up:
        log::error("{} messages were not confirmed in time{}: they are not acknowledged, and the "
                   "broker will send them again",
                   m_forwarder.unconfirmed(),
                   m_forwarder.held_up().empty() ? "" : " (" + m_forwarder.held_up() + ")");
        m_status = ExitStatus::unconfirmed;
        return false;
    }
    return false;
}

/// A lost connection is the cycle's business, everything else that of main().
void Bridge::act_on_link(Action action)
{
    try {
        if (action == Action::connect) {
            connect();
        } else if (action == Action::read) {
            read();
        } else if (action == Action::write) {
            write();
        } else if (action == Action::prove) {
            prove();
        } else {
            m_broker->subscriber.keep_alive();
            m_monitor.progress(m_now);
        }
    } catch (const Error& error) {
        if (!error.retriable()) {
            throw;
        }
        link_lost(error);
    }
}

void Bridge::wait(const Step& step)
{
    std::array<pollfd, 2> wanted{};
    nfds_t count = 0;
    if (!m_deadline) {
        wanted[count++] = {m_shutdown.fd(), POLLIN, 0};
    }
    const nfds_t link = count;
    if (step.watch_read || step.watch_write) {
        const int events = (step.watch_read ? POLLIN : 0) | (step.watch_write ? POLLOUT : 0);
        wanted[count++] = {m_broker->subscriber.fd(), static_cast<short>(events), 0};
    }
    if (!m_broker->subscriber.connected()) {
        m_monitor.progress(m_now); // waiting for others is nothing that a restart could mend
    }
    // A stop deadline, too, ends the wait.
    Monotonic end = std::min(step.until, m_deadline.value_or(step.until));
    if (m_brokers.size() > 1 && !m_rota.settled(m_now)) {
        end = std::min(end, m_now + kMoveInterval);
    }
    const timespec left = until(m_now, end);
    if (::ppoll(wanted.data(), count, &left, nullptr) > 0 && count > link &&
        wanted[link].revents != 0) {
        m_readable = m_readable || step.watch_read;
        m_writable = m_writable || step.watch_write;
    }
}

void Bridge::connect()
{
    remember_head();
    m_forwarder.link_opened();
    m_broker = m_brokers[m_rota.current()].get();
    m_forwarder.redeliveries().at(std::min(m_rota.current(), sessions() - 1));
    m_forwarder.redeliveries().come_late(m_settings.subscriber.late_redeliveries.count() > 0);
    m_readable = false;
    m_writable = true;
    m_acknowledging = false;
    m_session_noticed = false;
    m_subscription_noticed = false;
    if (std::exchange(m_connected_before, true)) {
        ++m_links.reconnects;
    }
    m_connected_at = m_now;
    if (reachable()) {
        m_broker->subscriber.connect();
    }
}

/// False when a stop was requested meanwhile: nothing is connected then.
bool Bridge::reachable()
{
    using State = mqtt::Probe::State;
    const State state = m_broker->probe.wait(m_shutdown.fd());
    m_broker->probe.reset();
    m_now = m_connected_at = m_clock.monotonic();
    if (state == State::failed) {
        throw transient_error(m_broker->name + ": " + m_broker->probe.error());
    }
    return state == State::answered;
}

/// A window that was not acknowledged comes again: it is no younger for that.
void Bridge::remember_head()
{
    const AckWindow& window = m_forwarder.window();
    if (window.oldest()) {
        m_broker->head.lost(*window.oldest(), window.items());
    }
}

void Bridge::consider_move()
{
    const auto wanted = m_rota.wanted(m_now);
    const bool idle = m_forwarder.window().items() == 0 && m_broker->subscriber.connected() &&
                      !m_broker->subscriber.wants_write();
    if (!wanted || !idle || m_deadline) {
        return;
    }
    using State = mqtt::Probe::State;
    mqtt::Probe& probe = m_brokers[*wanted]->probe;
    if (probe.state() == State::idle) {
        probe.start(m_now);
    }
    const State state = probe.look(m_now);
    if (state == State::pending) {
        return;
    }
    probe.reset();
    if (state == State::answered) {
        move(*wanted);
    } else {
        m_rota.silent(*wanted, m_now);
    }
}

/// Everything read is acknowledged; what the broker has sent since, it keeps.
void Bridge::move(std::size_t broker)
{
    log::debug("from {} to {}", m_broker->name, m_brokers[broker]->name);
    if (!m_broker->subscriber.close(kLeaveTimeout)) {
        log::warn("{} did not close the connection: it may send again what was acknowledged last",
                  m_broker->name);
    } else {
        keep(m_forwarder.redeliveries().all_read());
    }
    m_now = m_clock.monotonic();
    m_rota.go(broker, m_now);
    m_cycle.left(m_now);
    m_moving = true;
    ++m_links.moves;
}

void Bridge::read()
{
    const Monotonic began = m_now;
    const auto result = m_broker->subscriber.read();
    m_readable = result.more;
    m_now = m_clock.monotonic();
    m_cycle.read_done(began, m_now, result.messages, result.full);
    notice_session();
    take_proof();
    if (result.messages > 0) {
        m_rota.heard(m_now);
    }
}

bool Bridge::on_message(const mqtt::Message& message)
{
    if (message.retain && m_settings.subscriber.retained == mqtt::Retained::never) {
        // Acknowledged with the window, and no more of them at a time than a window holds.
        return ++m_links.retained_skipped % m_settings.window.items != 0 && m_forwarder.has_room();
    }
    m_forwarder.take({message.topic, message.payload, message.qos, message.retain, message.dup,
                      message.properties, message.properties_cut},
                     m_now);
    return m_forwarder.has_room();
}

void Bridge::write()
{
    if (m_forwarder.window().items() > 0 && !m_acknowledging) {
        if (before_acknowledging && !prepare_to_acknowledge()) {
            return;
        }
        m_acknowledging = true;
    }
    m_broker->subscriber.write();
    m_writable = !m_broker->subscriber.wants_write();
}

/// False when the connection was left instead.
bool Bridge::prepare_to_acknowledge()
{
    try {
        before_acknowledging();
        return true;
    } catch (const Error& error) {
        if (!error.retriable()) {
            throw;
        }
        m_blame = error.what();
        log::error("{}; not acknowledged, trying again", error.what());
        leave();
        return false;
    }
}

/// All of the window came at QoS 0: there is no acknowledgement to hold back, so a failure is only
/// said.
void Bridge::prepare_without_acknowledging()
{
    try {
        before_acknowledging();
        m_blame.clear();
    } catch (const Error& error) {
        if (!error.retriable()) {
            throw;
        }
        if (std::exchange(m_blame, error.what()) != error.what()) {
            log::error("{}", error.what());
        }
    }
}

void Bridge::release()
{
    m_broker->head.released(m_forwarder.window().items());
    if (m_acknowledging || !before_acknowledging) {
        m_blame.clear();
    } else {
        prepare_without_acknowledging();
    }
    m_forwarder.release();
    m_acknowledging = false;
    m_monitor.progress(m_now);
    if (m_settings.formats.sparkplug_rebirth) {
        ask_for_births();
    }
}

/// Only now: what is written sends all acknowledgements along.
void Bridge::ask_for_births()
{
    for (const auto& rebirth : m_forwarder.take_rebirths()) {
        const bool asked = m_broker->subscriber.publish(rebirth.topic, rebirth.payload);
        log::debug("births are asked for{}: {}", asked ? "" : " in vain", rebirth.topic);
    }
}

void Bridge::prove()
{
    m_broker->subscriber.ask();
    m_forwarder.redeliveries().asked();
}

void Bridge::take_proof()
{
    if (!m_broker->subscriber.answered()) {
        return;
    }
    keep(m_forwarder.redeliveries().answered());
}

void Bridge::keep(const std::optional<Marks>& marks)
{
    if (marks && m_marks != nullptr) {
        m_marks->keep(*marks);
    }
}

void Bridge::abandon()
{
    if (m_cycle.parked() && !m_forwarder.held_up().empty()) {
        log::warn("{}: leaving the MQTT broker until that is resolved", m_forwarder.held_up());
    } else if (m_cycle.parked()) {
        log::warn("Kafka has not confirmed {} messages for {}: leaving the MQTT broker until it "
                  "does",
                  m_forwarder.unconfirmed(), format_duration(m_settings.cycle.park_after));
    } else if (m_outputs.reader_gone()) {
        log::info("the reader of standard output has gone: stopping");
        m_shutdown.request();
    } else if (m_forwarder.failed()) {
        m_blame = m_forwarder.failure();
        log::error("{}; not acknowledged, trying again", m_forwarder.failure());
    } else {
        log::warn("the MQTT broker does not take our acknowledgements: connecting again");
    }
    leave();
}

/// Closes without writing, and connects again after a while.
void Bridge::leave()
{
    if (m_deadline && m_forwarder.unconfirmed() > 0) { // nobody will wait for them any more
        m_status = ExitStatus::unconfirmed;
    }
    m_broker->subscriber.abandon();
    m_forwarder.link_lost(m_acknowledging);
    m_cycle.link_lost(m_now, m_jitter.next());
    m_moving = false;
    update_monitor();
}

void Bridge::close()
{
    const auto left = duration_cast<milliseconds>(m_deadline.value_or(m_now) - m_now);
    if (m_broker->subscriber.connected() &&
        !m_broker->subscriber.close(std::max(left, kCloseTimeout))) {
        log::warn("the MQTT broker did not close the connection: it may send again what was "
                  "acknowledged last");
    } else {
        keep(m_forwarder.redeliveries().all_read());
    }
    const Counts& counts = m_forwarder.counts();
    log::info("stopped: {} received, {} forwarded, {} acknowledged", counts.received,
              counts.forwarded, counts.acknowledged);
}

/// Why the oldest message is not acknowledged, where it is to blame.
const std::string& Bridge::held_up() const noexcept
{
    return m_forwarder.held_up().empty() ? m_blame : m_forwarder.held_up();
}

/// The end without a connection.
void Bridge::finish()
{
    if (m_outputs.reader_gone()) { // an end, not a failure
        return;
    }
    const auto& window = m_forwarder.window();
    const std::string& failure = m_forwarder.failure();
    const std::string& reason = failure.empty() ? held_up() : failure;
    if (!reason.empty()) {
        log::error("{}; not acknowledged, the broker will send it again", reason);
        m_status = m_status == ExitStatus::ok ? ExitStatus::unconfirmed : m_status;
    } else if (window.items() > window.failed()) {
        log::warn("Kafka has {} messages that are not acknowledged, for the MQTT broker is not "
                  "connected: it will send them again",
                  window.items() - window.failed());
    }
}

void Bridge::link_lost(const Error& error)
{
    m_broker->subscriber.abandon();
    m_forwarder.link_lost(m_acknowledging);
    m_now = m_clock.monotonic();
    judge_hang_up();
    if (m_rota.visiting()) {
        m_rota.lost(m_now);
        m_cycle.left(m_now);
        log::warn("{}; back to {}", error.what(), m_brokers[m_rota.current()]->name);
        return;
    }
    m_rota.lost(m_now);
    m_cycle.link_lost(m_now, m_jitter.next());
    m_moving = false;
    const Broker* const next = m_brokers[m_rota.current()].get();
    log::warn("{}; connecting {} in {}", error.what(),
              next == m_broker ? "again" : "to " + next->name,
              format_duration(duration_cast<milliseconds>(m_cycle.retry_at() - m_now)));
    update_monitor();
}

/// A broker that restarts refuses connections for a moment; one that only threw us out does not.
void Bridge::judge_hang_up()
{
    if (!m_session_noticed ||
        m_broker->probe.wait(m_shutdown.fd()) != mqtt::Probe::State::answered) {
        m_broker->hang_ups.not_connected();
    } else if (m_broker->hang_ups.hung_up(m_connected_at, m_now)) {
        throw fatal_error(fmt::format(
            "{}: the broker accepts us as '{}' and soon hangs up, {} times in a row: is there "
            "another client with this id? Give each bridge an --id of its own",
            m_broker->name, m_settings.subscriber.client_id, HangUps::kTooMany));
    }
    m_broker->probe.reset();
}

void Bridge::notice_session()
{
    if (const auto present = m_broker->subscriber.session_present();
        present && !m_session_noticed) {
        m_session_noticed = true;
        m_forwarder.session_known(*present);
        if (m_broker->had_session && !*present) {
            ++m_links.sessions_lost;
            log::error("{}: the broker has forgotten our session: what it had queued is lost",
                       m_broker->name);
        }
        m_broker->had_session = true;
    }
    if (m_broker->subscriber.subscribed() && !m_subscription_noticed) {
        m_subscription_noticed = true;
        m_moving = false;
        m_rota.subscribed(m_now);
        const bool v5 = m_broker->subscriber.version() == mqtt::Version::v5;
        log::info("{}: subscribed to {} as '{}', MQTT {}, {} session", m_broker->name,
                  fmt::join(m_settings.subscriber.filters, ", "), m_settings.subscriber.client_id,
                  v5 ? "5" : "3.1.1",
                  m_broker->subscriber.session_present() == true ? "old" : "new");
        update_monitor();
    }
}

void Bridge::request_stop()
{
    m_deadline = m_now + m_settings.drain_timeout;
    log::info("stopping: {} messages to confirm", m_forwarder.unconfirmed());
    m_monitor.stopping();
}

void Bridge::watch_drops()
{
    const auto grown = m_broker->drops.grown(m_broker->subscriber.dropped_by_broker(), m_now);
    if (grown > 0) {
        log::warn("{}: the broker has dropped {} messages of its clients' queues: look at its "
                  "limits (see examples/mosquitto)",
                  m_broker->name, grown);
    }
    m_links.dropped_by_broker = 0;
    for (const auto& broker : m_brokers) {
        m_links.dropped_by_broker += broker->drops.counter();
    }
}

void Bridge::update_monitor()
{
    m_next_update = m_now + kUpdateInterval;
    const bool subscribed = m_broker->subscriber.subscribed();
    if (m_now - m_connected_at >= m_settings.subscriber.late_redeliveries) {
        m_forwarder.redeliveries().come_late(false);
    }
    if (subscribed && m_forwarder.window().items() == 0 &&
        m_now - m_connected_at >= kRedeliveryTime) {
        m_broker->head.forget();
    }
    watch_drops();
    m_links.subscribed = (subscribed || m_moving) && !m_deadline;
    m_links.broker = m_rota.current();
    m_links.parked = m_cycle.parked();
    m_links.held_up = held_up();
    m_links.kafka = m_outputs.connected();
    m_links.oldest = m_broker->head.oldest(m_forwarder.window().oldest());
    for (const auto& broker : m_brokers) {
        if (const auto oldest = broker->head.oldest(m_links.oldest)) {
            m_links.oldest = oldest;
        }
    }
    m_monitor.update(m_forwarder, m_links, m_now);
}

} // namespace tlm::mqtt2kafka
