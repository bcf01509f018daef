// SPDX-License-Identifier: Apache-2.0
// What tlm-ws tells Prometheus.
#pragma once

#include "common/base/time.hpp"
#include "common/ops/metrics.hpp"
#include "tools/ws/feed.hpp"
#include "tools/ws/hub.hpp"
#include "tools/ws/server.hpp"

namespace tlm::ws {

/// The metrics of one process. Records are counted as they come, the rest is copied from the
/// counters of the parts in update(). One thread.
class Stats {
  public:
    explicit Stats(ops::Metrics& metrics);

    void count(const Feed::Progress& progress) noexcept;

    void update(const LastValues& values, const Hub& hub, const Server& server, const Feed& feed,
                milliseconds tick);

  private:
    ops::Counter m_stored;
    ops::Counter m_shortened;
    ops::Counter m_stale;
    ops::Counter m_refused;
    ops::Counter m_rejected;
    ops::Gauge m_devices;
    ops::Gauge m_stored_bytes;
    ops::Gauge m_clients;
    ops::Gauge m_lag;
    ops::Counter m_lost;
    ops::Gauge m_tick;
    ops::Counter m_frames_built;
    ops::Counter m_frames_sent;
    ops::Counter m_devices_sent;
    ops::Counter m_bytes_sent;
    ops::Counter m_connections;
    ops::Counter m_connections_full;
    ops::Counter m_clients_opened;
    ops::Counter m_clients_refused;
    ops::Counter m_oversize;
    ops::Counter m_requests;
};

} // namespace tlm::ws
