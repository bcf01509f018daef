// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/bridge.hpp"

#include "common/base/units.hpp"
#include "common/mqtt/url.hpp"
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

timespec until(Monotonic now, Monotonic then)
{
    const auto left = std::max(nanoseconds::zero(), duration_cast<nanoseconds>(then - now));
    const auto whole = duration_cast<seconds>(left);
    return {whole.count(), (left - whole).count()};
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
      m_subscriber(settings.subscriber, *this),
      m_now(m_clock.monotonic())
{}

ExitStatus Bridge::run()
{
    while (act(m_cycle.next(observe()))) {
        if (m_now >= m_next_update) {
            update_monitor();
        }
    }
    update_monitor();
    return m_status;
}

Observed Bridge::observe()
{
    m_now = m_clock.monotonic();
    if (!m_deadline && m_shutdown.requested()) {
        request_stop();
    }
    Observed seen;
    seen.now = m_now;
    seen.readable = m_readable;
    seen.writable = m_writable;
    seen.wants_write = m_subscriber.wants_write();
    seen.unconfirmed = m_forwarder.unconfirmed();
    seen.failed = m_forwarder.failed();
    seen.provable = m_subscriber.subscribed() && m_forwarder.redeliveries().provable();
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
        m_forwarder.advance(m_clock.wall());
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
        return false;
    case Action::give_up:
        log::error("{} messages were not confirmed in time: they are not acknowledged, and the "
                   "broker will send them again",
                   m_forwarder.unconfirmed());
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
            m_subscriber.keep_alive();
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
        wanted[count++] = {m_subscriber.fd(), static_cast<short>(events), 0};
    }
    if (!m_subscriber.connected()) {
        m_monitor.progress(m_now); // waiting for others is nothing that a restart could mend
    }
    // A stop deadline, too, ends the wait.
    const timespec left = until(m_now, std::min(step.until, m_deadline.value_or(step.until)));
    if (::ppoll(wanted.data(), count, &left, nullptr) > 0 && count > link &&
        wanted[link].revents != 0) {
        m_readable = m_readable || step.watch_read;
        m_writable = m_writable || step.watch_write;
    }
}

void Bridge::connect()
{
    m_forwarder.link_opened();
    m_readable = false;
    m_writable = true;
    m_acknowledging = false;
    m_session_noticed = false;
    m_subscription_noticed = false;
    if (std::exchange(m_connected_before, true)) {
        ++m_links.reconnects;
    }
    m_connected_at = m_now;
    m_subscriber.connect();
}

void Bridge::read()
{
    const Monotonic began = m_now;
    const auto result = m_subscriber.read();
    m_readable = result.more;
    m_now = m_clock.monotonic();
    m_cycle.read_done(began, m_now, result.messages, result.full);
    notice_session();
    take_proof();
}

bool Bridge::on_message(const mqtt::Message& message)
{
    m_forwarder.take({message.topic, message.payload, message.qos, message.retain, message.dup},
                     m_now);
    return m_forwarder.has_room();
}

void Bridge::write()
{
    m_acknowledging = m_acknowledging || m_forwarder.window().items() > 0;
    m_subscriber.write();
    m_writable = !m_subscriber.wants_write();
}

void Bridge::release()
{
    m_forwarder.release();
    m_acknowledging = false;
    m_monitor.progress(m_now);
}

void Bridge::prove()
{
    m_subscriber.ask();
    m_forwarder.redeliveries().asked();
}

void Bridge::take_proof()
{
    if (!m_subscriber.answered()) {
        return;
    }
    if (const auto marks = m_forwarder.redeliveries().answered(); marks && m_marks != nullptr) {
        m_marks->keep(*marks);
    }
}

void Bridge::abandon()
{
    if (m_cycle.parked()) {
        log::warn("Kafka has not confirmed {} messages for {}: leaving the MQTT broker until it "
                  "does",
                  m_forwarder.unconfirmed(), format_duration(m_settings.cycle.park_after));
    } else if (m_outputs.reader_gone()) {
        log::info("the reader of standard output has gone: stopping");
        m_shutdown.request();
    } else if (m_forwarder.failed()) {
        log::error("{}; not acknowledged, trying again", m_forwarder.failure());
    } else {
        log::warn("the MQTT broker does not take our acknowledgements: connecting again");
    }
    m_subscriber.abandon();
    m_forwarder.link_lost(m_acknowledging);
    m_cycle.link_lost(m_now, m_jitter.next());
    update_monitor();
}

void Bridge::close()
{
    const auto left = duration_cast<milliseconds>(m_deadline.value_or(m_now) - m_now);
    if (!m_subscriber.close(std::max(left, kCloseTimeout))) {
        log::warn("the MQTT broker did not close the connection: it may send again what was "
                  "acknowledged last");
    } else if (const auto marks = m_forwarder.redeliveries().all_read();
               marks && m_marks != nullptr) {
        m_marks->keep(*marks);
    }
    const Counts& counts = m_forwarder.counts();
    log::info("stopped: {} received, {} forwarded, {} acknowledged", counts.received,
              counts.forwarded, counts.acknowledged);
}

void Bridge::link_lost(const Error& error)
{
    m_subscriber.abandon();
    m_forwarder.link_lost(m_acknowledging);
    m_now = m_clock.monotonic();
    judge_hang_up();
    m_cycle.link_lost(m_now, m_jitter.next());
    log::warn("{}; connecting again in {}", error.what(),
              format_duration(duration_cast<milliseconds>(m_cycle.retry_at() - m_now)));
    update_monitor();
}

/// A broker that restarts refuses connections for a moment; one that only threw us out does not.
bool Bridge::broker_listens()
{
    try {
        m_subscriber.connect(); // sends nothing: CONNECT is only queued
        m_subscriber.abandon();
        return true;
    } catch (const Error& error) {
        if (!error.retriable()) {
            throw;
        }
        return false;
    }
}

void Bridge::judge_hang_up()
{
    if (!m_session_noticed || !broker_listens()) {
        m_hang_ups.not_connected();
    } else if (m_hang_ups.hung_up(m_connected_at, m_now)) {
        throw fatal_error(fmt::format(
            "{}: the broker accepts us as '{}' and soon hangs up, {} times in a row: is there "
            "another client with this id? Give each bridge an --id of its own",
            mqtt::format_url(m_settings.subscriber.url), m_settings.subscriber.client_id,
            HangUps::kTooMany));
    }
}

void Bridge::notice_session()
{
    if (const auto present = m_subscriber.session_present(); present && !m_session_noticed) {
        m_session_noticed = true;
        m_forwarder.session_known(*present);
        if (m_had_session && !*present) {
            ++m_links.sessions_lost;
            log::error("the MQTT broker has forgotten our session: what it had queued is lost");
        }
        m_had_session = true;
    }
    if (m_subscriber.subscribed() && !m_subscription_noticed) {
        m_subscription_noticed = true;
        const bool v5 = m_subscriber.version() == mqtt::Version::v5;
        log::info("{}: subscribed to {} as '{}', MQTT {}, {} session",
                  mqtt::format_url(m_settings.subscriber.url),
                  fmt::join(m_settings.subscriber.filters, ", "), m_settings.subscriber.client_id,
                  v5 ? "5" : "3.1.1", m_subscriber.session_present() == true ? "old" : "new");
        update_monitor();
    }
}

void Bridge::request_stop()
{
    m_deadline = m_now + m_settings.drain_timeout;
    log::info("stopping: {} messages to confirm", m_forwarder.unconfirmed());
    m_monitor.stopping();
}

void Bridge::update_monitor()
{
    m_next_update = m_now + kUpdateInterval;
    m_links.subscribed = m_subscriber.subscribed() && !m_deadline;
    m_links.parked = m_cycle.parked();
    m_links.kafka = m_outputs.connected();
    m_links.dropped_by_broker = m_subscriber.dropped_by_broker();
    m_monitor.update(m_forwarder, m_links, m_now);
}

} // namespace tlm::mqtt2kafka
