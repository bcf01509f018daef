// SPDX-License-Identifier: Apache-2.0
// What the world outside sees of the bridge: metrics, health, systemd.
#pragma once

#include "common/base/time.hpp"
#include "common/ops/health.hpp"
#include "common/ops/metrics.hpp"
#include "common/ops/metrics_server.hpp"
#include "common/ops/sd_notify.hpp"
#include "common/rulebook/stage_report.hpp"
#include "tools/mqtt2kafka/forwarder.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tlm::mqtt2kafka {

/// What the pipeline knows of its connections.
struct Links {
    bool subscribed = false;
    bool parked = false;
    bool kafka = false;     ///< a Kafka broker answers; true when records go to stdout
    std::size_t broker = 0; ///< which of the MQTT brokers, from 0
    std::uint64_t reconnects = 0;
    std::uint64_t moves = 0; ///< from one broker to another, in order
    std::uint64_t sessions_lost = 0;
    std::uint64_t retained_skipped = 0;
    std::string held_up; ///< why the oldest message is not acknowledged, where it is to blame
    std::uint64_t dropped_by_broker = 0; ///< by all of them
    std::optional<Monotonic> oldest;     ///< when the oldest unacknowledged message was first read
};

/// One thread, that of the pipeline; the metrics server has its own.
class Monitor {
  public:
    /// Listens when `listen` is not empty; throws Error when it cannot.
    explicit Monitor(const std::string& listen);

    /// About once a second, and at the end: copies what is known to where it is asked for.
    void update(const Forwarder& forwarder, const Links& links, Monotonic now);

    /// Something was acknowledged, or there is rightly nothing to do.
    void progress(Monotonic now) noexcept { m_health.progress(now); }

    /// Schemas and rules were read again, or stay as they were.
    void reloaded(bool well) { (well ? m_reloads : m_failed_reloads).add(); }

    /// Ready and without work: another bridge holds the lease.
    void standby(Monotonic now);

    /// Still starting: systemd should wait longer.
    void waiting(std::string_view why);
    void stopping();

  private:
    struct CounterOf {
        ops::Counter counter;
        std::uint64_t Counts::*field;
    };

    void add_counter(std::uint64_t Counts::*field, const std::string& what,
                     const std::string& help);
    void count_dead_letters(const Counts& counts);
    void update_stage(const Forwarder& forwarder);
    void tell_systemd(const Forwarder& forwarder, const Links& links, Monotonic now);
    void tell_status(std::string status);
    void tell_ready();
    void feed_watchdog(Monotonic now);

    ops::SdNotify m_systemd;
    ops::Health m_health;
    ops::Metrics m_metrics;
    std::vector<CounterOf> m_counters;
    std::map<Reason, ops::Counter> m_dead_letters;
    rulebook::StageMetrics m_stage;
    ops::Counter m_reconnects;
    ops::Counter m_moves;
    ops::Counter m_sessions_lost;
    ops::Counter m_retained_skipped;
    ops::Counter m_reloads;
    ops::Counter m_failed_reloads;
    ops::Gauge m_subscribed;
    ops::Gauge m_broker;
    ops::Gauge m_parked;
    ops::Gauge m_kafka;
    ops::Gauge m_lease;
    ops::Gauge m_window_fill;
    ops::Gauge m_window_bytes;
    ops::Gauge m_oldest;
    ops::Gauge m_dropped;
    bool m_ready_told = false;
    std::string m_status;
    Monotonic m_next_watchdog;
    std::optional<ops::MetricsServer> m_server; ///< last: it reads the others
};

} // namespace tlm::mqtt2kafka
