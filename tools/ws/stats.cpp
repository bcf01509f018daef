// SPDX-License-Identifier: Apache-2.0
#include "tools/ws/stats.hpp"

namespace tlm::ws {

namespace {

ops::Counter records(ops::Metrics& metrics, const char* result)
{
    return metrics.counter("tlm_ws_records_total",
                           "Records read, by what became of them: stored, shortened (too big: "
                           "without its data), stale (older than what is held), refused (more "
                           "devices than --max-devices), rejected (not a record).",
                           {{"result", result}});
}

} // namespace

Stats::Stats(ops::Metrics& metrics)
    : m_stored(records(metrics, "stored")),
      m_shortened(records(metrics, "shortened")),
      m_stale(records(metrics, "stale")),
      m_refused(records(metrics, "refused")),
      m_rejected(records(metrics, "rejected")),
      m_devices(metrics.gauge("tlm_ws_devices", "Devices whose last value is held.")),
      m_stored_bytes(metrics.gauge("tlm_ws_stored_bytes", "Size of the last values held.")),
      m_clients(metrics.gauge("tlm_ws_clients", "WebSockets open now.")),
      m_lag(metrics.gauge("tlm_ws_lag_records", "Records of the topic not read yet.")),
      m_lost(metrics.counter("tlm_ws_lost_records_total",
                             "Records that Kafka had deleted before they were read.")),
      m_tick(metrics.gauge("tlm_ws_tick_seconds", "Time between two updates, in force now.")),
      m_frames_built(metrics.counter("tlm_ws_frames_built_total", "Messages put together.")),
      m_frames_sent(metrics.counter("tlm_ws_frames_sent_total",
                                    "Messages sent; one built message serves many clients.")),
      m_devices_sent(metrics.counter("tlm_ws_values_sent_total", "Values in messages sent.")),
      m_bytes_sent(metrics.counter("tlm_ws_sent_bytes_total", "Size of messages sent.")),
      m_connections(metrics.counter("tlm_ws_connections_total", "Connections accepted.")),
      m_connections_full(metrics.counter("tlm_ws_connections_full_total",
                                         "Connections closed at once: too many.")),
      m_clients_opened(metrics.counter("tlm_ws_clients_opened_total", "WebSockets opened.")),
      m_clients_refused(metrics.counter("tlm_ws_clients_refused_total",
                                        "WebSockets refused, by origin, host, path or number.")),
      m_oversize(metrics.counter("tlm_ws_oversize_total",
                                 "WebSockets closed: a message from the client was too big.")),
      m_requests(metrics.counter("tlm_ws_http_requests_total", "HTTP requests answered."))
{}

void Stats::count(const Feed::Progress& progress) noexcept
{
    m_stored.add(static_cast<double>(progress.stored));
    m_shortened.add(static_cast<double>(progress.shortened));
    m_stale.add(static_cast<double>(progress.stale));
    m_refused.add(static_cast<double>(progress.refused));
    m_rejected.add(static_cast<double>(progress.rejected));
}

void Stats::update(const LastValues& values, const Hub& hub, const Server& server, const Feed& feed,
                   milliseconds tick)
{
    m_devices.set(static_cast<double>(values.size()));
    m_stored_bytes.set(static_cast<double>(values.bytes()));
    m_clients.set(static_cast<double>(server.clients()));
    m_lag.set(static_cast<double>(feed.lag()));
    m_lost.follow(feed.lost_records());
    m_tick.set(std::chrono::duration<double>(tick).count());
    m_frames_built.follow(hub.counters().frames_built);
    m_frames_sent.follow(hub.counters().frames_sent);
    m_devices_sent.follow(hub.counters().devices_sent);
    const auto& counters = server.counters();
    m_bytes_sent.follow(counters.bytes_sent);
    m_connections.follow(counters.connections);
    m_connections_full.follow(counters.connections_full);
    m_clients_opened.follow(counters.clients);
    m_clients_refused.follow(counters.clients_refused);
    m_oversize.follow(counters.oversize);
    m_requests.follow(counters.requests);
}

} // namespace tlm::ws
