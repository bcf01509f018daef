// SPDX-License-Identifier: Apache-2.0
// What tlm-ws tells Prometheus.
#pragma once

#include "common/base/time.hpp"
#include "common/ops/metrics.hpp"
#include "tools/ws/feed.hpp"
#include "tools/ws/hub.hpp"
#include "tools/ws/server.hpp"

#include <cstdint>
#include <string>
#include <vector>

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
    /// A counter that follows a number kept elsewhere.
    struct Followed {
        ops::Counter counter;
        std::uint64_t seen = 0;

        void follow(std::uint64_t now) noexcept
        {
            counter.add(static_cast<double>(now - seen));
            seen = now;
        }
    };

    ops::Counter m_stored;
    ops::Counter m_shortened;
    ops::Counter m_stale;
    ops::Counter m_refused;
    ops::Counter m_rejected;
    ops::Gauge m_devices;
    ops::Gauge m_stored_bytes;
    ops::Gauge m_clients;
    ops::Gauge m_lag;
    ops::Gauge m_tick;
    Followed m_frames_built;
    Followed m_frames_sent;
    Followed m_devices_sent;
    Followed m_bytes_sent;
    Followed m_connections;
    Followed m_connections_full;
    Followed m_clients_opened;
    Followed m_clients_refused;
    Followed m_oversize;
    Followed m_requests;
};

} // namespace tlm::ws
