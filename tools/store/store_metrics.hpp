// SPDX-License-Identifier: Apache-2.0
// What tlm-store counts.
#pragma once

#include "common/ops/metrics.hpp"
#include "common/record/reject.hpp"

#include <map>
#include <string>

namespace tlm::store {

/// The metrics of tlm-store(1), METRICS. Used by one thread.
class StoreMetrics {
  public:
    explicit StoreMetrics(ops::Metrics& metrics)
        : rows(metrics.counter("tlm_store_rows_total", "Rows committed.")),
          batches(metrics.counter("tlm_store_batches_total", "Transactions committed.")),
          commit_seconds(metrics.histogram(
              "tlm_store_commit_seconds",
              "Time of a transaction, from its first byte to the answer to COMMIT.",
              {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10})),
          reconnects(
              metrics.counter("tlm_store_reconnects_total", "Connections to PostgreSQL given up.")),
          fenced(metrics.counter("tlm_store_fenced_total",
                                 "Batches left to another instance that owns the partitions now.")),
          connected(
              metrics.gauge("tlm_store_connected", "1 while there is a connection to PostgreSQL.")),
          lag_records(
              metrics.gauge("tlm_store_lag_records", "Records in Kafka that were not read yet.")),
          freshness_seconds(metrics.gauge(
              "tlm_store_freshness_seconds",
              "Age of the newest row of the last transaction, by receivedAt, at its commit.")),
          lost_records(metrics.counter(
              "tlm_store_lost_records_total",
              "Records that Kafka had deleted before they were read (--skip-gaps).")),
          held_rows(metrics.gauge("tlm_store_held_rows", "Rows read and not committed.")),
          m_metrics(metrics)
    {
        reject(Reason::not_a_record).add(0); // the family is there before the first reject
    }

    [[nodiscard]] ops::Counter& reject(Reason reason)
    {
        const auto found = m_rejects.find(reason);
        if (found != m_rejects.end()) {
            return found->second;
        }
        auto counter = m_metrics.counter("tlm_store_rejects_total",
                                         "Dead letters by reason, see tlm-record(5).",
                                         {{"reason", std::string{reason_name(reason)}}});
        return m_rejects.emplace(reason, counter).first->second;
    }

    ops::Counter rows;
    ops::Counter batches;
    ops::Histogram commit_seconds;
    ops::Counter reconnects;
    ops::Counter fenced;
    ops::Gauge connected;
    ops::Gauge lag_records;
    ops::Gauge freshness_seconds;
    ops::Counter lost_records;
    ops::Gauge held_rows;

  private:
    ops::Metrics& m_metrics;
    std::map<Reason, ops::Counter> m_rejects;
};

} // namespace tlm::store
