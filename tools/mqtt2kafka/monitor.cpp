// SPDX-License-Identifier: Apache-2.0
#include "tools/mqtt2kafka/monitor.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace tlm::mqtt2kafka {
namespace {

using std::chrono::seconds;

/// Without systemd's own interval: longer than Kafka's silence before the bridge parks.
constexpr milliseconds kWatchdog = seconds{60};
/// A window that waits longer than this for its confirmations is not "ready".
constexpr milliseconds kPatience = seconds{5};

std::string name(std::string_view what)
{
    return fmt::format("tlm_mqtt2kafka_{}", what);
}

Monotonic::duration age_of_oldest(const Links& links, Monotonic now)
{
    return links.oldest ? now - *links.oldest : Monotonic::duration::zero();
}

/// What keeps messages from being acknowledged; empty: nothing.
std::string hindrance(const Forwarder& forwarder, const Links& links, Monotonic now)
{
    const auto age = age_of_oldest(links, now);
    const auto whole = std::chrono::duration_cast<seconds>(age).count();
    if (!links.held_up.empty() && links.oldest) {
        return fmt::format("held up for {} s: {}", whole, links.held_up);
    }
    if (age >= kPatience && forwarder.unconfirmed() > 0) {
        return fmt::format("Kafka has not confirmed {} messages for {} s", forwarder.unconfirmed(),
                           whole);
    }
    if (age >= kPatience) {
        return fmt::format("a message is not acknowledged for {} s", whole);
    }
    return links.kafka ? "" : "no Kafka broker answers";
}

} // namespace

Monitor::Monitor(const std::string& listen)
    : m_health(m_systemd.watchdog_interval().value_or(kWatchdog)),
      m_metrics("mqtt2kafka"),
      m_stage(m_metrics, "tlm_mqtt2kafka"),
      m_reconnects(m_metrics.counter(name("mqtt_reconnects_total"),
                                     "Connections to the MQTT broker after the first.")),
      m_moves(m_metrics.counter(name("mqtt_moves_total"),
                                "Moves from one MQTT broker to another, in order.")),
      m_sessions_lost(m_metrics.counter(
          name("mqtt_sessions_lost_total"),
          "The broker had forgotten our session, and whatever was queued in it.")),
      m_retained_skipped(m_metrics.counter(name("messages_retained_skipped_total"),
                                           "Retained messages acknowledged and not forwarded.")),
      m_reloads(m_metrics.counter(name("reloads_total"), "Schemas and rules read again.")),
      m_failed_reloads(m_metrics.counter(name("failed_reloads_total"),
                                         "Schemas and rules that stay as they were.")),
      m_subscribed(m_metrics.gauge(name("mqtt_subscribed"), "1 while the broker serves us.")),
      m_broker(m_metrics.gauge(name("mqtt_broker"),
                               "Which of the MQTT brokers we are at; 0 is the first.")),
      m_parked(m_metrics.gauge(name("parked"),
                               "1 while the MQTT connection is given up because Kafka is away.")),
      m_kafka(m_metrics.gauge(name("kafka_connected"), "1 while a Kafka broker answers.")),
      m_lease(
          m_metrics.gauge(name("lease_held"), "1 while we work; 0 while another holds the lease.")),
      m_window_fill(
          m_metrics.gauge(name("window_messages"), "Messages read and not acknowledged yet.")),
      m_window_bytes(m_metrics.gauge(name("window_bytes"), "Their topics and payloads.")),
      m_oldest(m_metrics.gauge(name("oldest_unacknowledged_seconds"),
                               "For how long the oldest of them has been waiting.")),
      m_dropped(m_metrics.gauge(name("mqtt_broker_dropped_messages"),
                                "What the MQTT brokers say they have dropped since their start."))
{
    add_counter(&Counts::received, "messages_received_total", "MQTT messages read.");
    add_counter(&Counts::forwarded, "messages_forwarded_total", "Records confirmed by Kafka.");
    add_counter(&Counts::acknowledged, "messages_acknowledged_total",
                "Messages above QoS 0 acknowledged to the MQTT broker.");
    add_counter(&Counts::without_guarantee, "messages_qos0_total",
                "Messages received at QoS 0: a crash of the bridge loses them.");
    add_counter(&Counts::redelivered, "messages_redelivered_total",
                "Messages that the broker had sent before (DUP flag).");
    add_counter(&Counts::recognised, "messages_recognised_total",
                "Redelivered messages that Kafka had already; not sent again.");
    add_counter(&Counts::retained, "messages_retained_total", "Retained messages received.");
    add_counter(&Counts::spilled, "dead_letters_spilled_total",
                "Dead letters whose payload is in a file, confirmed.");
    add_counter(&Counts::properties_cut, "mqtt_properties_cut_total",
                "MQTT 5 properties that went beyond the limits of a message and were left out.");
    add_counter(&Counts::dropped, "messages_dropped_total",
                "Messages that are not valid and were dropped, as --on-invalid says.");
    add_counter(&Counts::passed_over, "messages_passed_over_total",
                "Messages that say nothing to record, such as Sparkplug's commands.");
    add_counter(&Counts::unknown_fields, "unknown_fields_total",
                "Fields of decoded payloads that their schema does not have, skipped.");
    add_counter(&Counts::not_finite, "not_finite_total",
                "Numbers of decoded payloads that JSON cannot hold: null.");
    add_counter(&Counts::rebirths, "sparkplug_rebirths_wanted_total",
                "Times that the births of an edge node were missing.");
    add_counter(&Counts::replaced_timestamps, "timestamps_replaced_total",
                "Records with our time as Kafka's timestamp, the device's being too far off.");
    if (!listen.empty()) {
        m_server.emplace(ops::parse_listen_address(listen, "--metrics-listen"), m_metrics,
                         m_health);
    }
}

void Monitor::add_counter(std::uint64_t Counts::*field, const std::string& what,
                          const std::string& help)
{
    m_counters.push_back({m_metrics.counter(name(what), help), field});
}

void Monitor::update(const Forwarder& forwarder, const Links& links, Monotonic now)
{
    const Counts& counts = forwarder.counts();
    for (CounterOf& entry : m_counters) {
        entry.counter.follow(counts.*entry.field);
    }
    count_dead_letters(counts);
    update_stage(forwarder);
    m_reconnects.follow(links.reconnects);
    m_moves.follow(links.moves);
    m_sessions_lost.follow(links.sessions_lost);
    m_retained_skipped.follow(links.retained_skipped);
    m_subscribed.set(links.subscribed ? 1 : 0);
    m_broker.set(static_cast<double>(links.broker));
    m_parked.set(links.parked ? 1 : 0);
    m_lease.set(1);
    m_kafka.set(links.kafka ? 1 : 0);
    m_dropped.set(static_cast<double>(links.dropped_by_broker));
    const AckWindow& window = forwarder.window();
    m_window_fill.set(static_cast<double>(window.items()));
    m_window_bytes.set(static_cast<double>(window.bytes()));
    const auto age = age_of_oldest(links, now);
    m_oldest.set(std::chrono::duration<double>(age).count());

    m_health.set_ready(links.subscribed && !links.parked && links.kafka && age < kPatience);
    tell_systemd(forwarder, links, now);
}

void Monitor::count_dead_letters(const Counts& counts)
{
    for (const auto& [reason, total] : counts.dead_letters) {
        auto found = m_dead_letters.find(reason);
        if (found == m_dead_letters.end()) {
            found = m_dead_letters
                        .emplace(reason,
                                 m_metrics.counter(name("dead_letters_total"),
                                                   "Messages that became dead letters, confirmed.",
                                                   {{"reason", std::string{reason_name(reason)}}}))
                        .first;
        }
        found->second.follow(total);
    }
}

void Monitor::update_stage(const Forwarder& forwarder)
{
    m_stage.update(forwarder.flood_cap());
    if (forwarder.stage() == nullptr) {
        return;
    }
    m_stage.update(*forwarder.stage());
    const auto& invalid = forwarder.stage()->counts().invalid;
    for (std::size_t i = 0; i < invalid.size(); ++i) {
        if (invalid.at(i) > 0) {
            const auto reason = std::string{reason_name(static_cast<Reason>(i))};
            m_metrics
                .counter(name("messages_invalid_total"),
                         "Messages that the validation stage found not valid.",
                         {{"reason", reason}})
                .follow(invalid.at(i));
        }
    }
}

void Monitor::tell_systemd(const Forwarder& forwarder, const Links& links, Monotonic now)
{
    const Counts& counts = forwarder.counts();
    std::uint64_t dead = 0;
    for (const auto& entry : counts.dead_letters) {
        dead += entry.second;
    }
    const std::string_view state = links.parked       ? "waiting for Kafka"
                                   : links.subscribed ? "subscribed"
                                                      : "connecting to the MQTT broker";
    std::string status =
        fmt::format("{}; {} forwarded, {} dead letters", state, counts.forwarded, dead);
    if (const std::string why = hindrance(forwarder, links, now); !why.empty()) {
        status += "; " + why;
    }
    tell_status(std::move(status));
    if (links.subscribed) {
        tell_ready();
    }
    if (!m_ready_told) {
        m_systemd.extend_timeout(kWatchdog);
    }
    feed_watchdog(now);
}

void Monitor::tell_status(std::string status)
{
    if (status != m_status) {
        m_status = std::move(status);
        m_health.set_detail(m_status);
        m_systemd.status(m_status);
    }
}

void Monitor::tell_ready()
{
    if (!std::exchange(m_ready_told, true)) {
        m_systemd.ready();
    }
}

void Monitor::feed_watchdog(Monotonic now)
{
    if (const auto interval = m_systemd.watchdog_interval();
        interval && now >= m_next_watchdog && m_health.alive(now)) {
        m_next_watchdog = now + *interval / 2;
        m_systemd.watchdog();
    }
}

void Monitor::standby(Monotonic now)
{
    m_lease.set(0);
    m_health.progress(now);
    m_health.set_ready(true);
    tell_status("standby: waiting for the lease");
    tell_ready();
    feed_watchdog(now);
}

void Monitor::waiting(std::string_view why)
{
    m_health.set_detail(std::string{why});
    m_systemd.status(why);
    m_systemd.extend_timeout(kWatchdog);
}

void Monitor::stopping()
{
    m_health.set_ready(false);
    m_systemd.stopping();
}

} // namespace tlm::mqtt2kafka
