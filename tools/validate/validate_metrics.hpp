// SPDX-License-Identifier: Apache-2.0
// The counts of tlm-validate as metrics.
#pragma once

#include "common/ops/metrics.hpp"
#include "common/validation/stage.hpp"
#include "tools/validate/counts.hpp"

#include <map>
#include <string>
#include <vector>

namespace tlm::validate {

/// The metrics of tlm-validate(1), METRICS. Labels are the reasons and nothing that a device can
/// choose. Used by one thread.
class ValidateMetrics {
  public:
    explicit ValidateMetrics(ops::Metrics& metrics)
        : in_flight(metrics.gauge("tlm_validate_in_flight_records",
                                  "Records read whose output is not confirmed.")),
          lag_records(metrics.gauge("tlm_validate_lag_records",
                                    "Records in Kafka that were not read yet.")),
          reloads(metrics.counter("tlm_validate_reloads_total", "Schemas and rules read again.")),
          failed_reloads(metrics.counter("tlm_validate_failed_reloads_total",
                                         "New schemas and rules that were wrong.")),
          m_metrics(metrics),
          m_valid(metrics.counter("tlm_validate_valid_total", "Records found valid.")),
          m_blank(metrics.counter("tlm_validate_blank_lines_total", "Empty lines, skipped.")),
          m_missing(metrics.counter("tlm_validate_missing_seqs_total",
                                    "Sequence numbers that were skipped.")),
          m_unknown_devices(metrics.counter("tlm_validate_unknown_devices_total",
                                            "Records of devices that the registry does not have.")),
          m_coerced(metrics.counter("tlm_validate_coerced_total",
                                    "Records in which a rule changed a value.")),
          m_enriched(
              metrics.counter("tlm_validate_enriched_total", "Records that were given tags.")),
          m_devices(metrics.gauge("tlm_validate_devices", "Devices remembered.")),
          m_evicted(metrics.counter("tlm_validate_evicted_devices_total",
                                    "Devices forgotten for want of room."))
    {
        for (std::size_t i = 0; i < validation::kOrderCount; ++i) {
            const auto order = static_cast<validation::Order>(i);
            m_order.push_back(metrics.counter("tlm_validate_sequence_total",
                                              "Records by their place in the device's sequence.",
                                              {{"order", std::string{order_name(order)}}}));
        }
        invalid(Reason::not_a_record); // the family is there before the first one
    }

    void update(const Counts& counts)
    {
        raise(m_valid, counts.valid);
        raise(m_blank, counts.blank);
        for (const auto& [reason, count] : counts.invalid) {
            raise(invalid(reason), count);
        }
    }

    void update(const validation::Stage& stage)
    {
        const auto& counts = stage.counts();
        for (std::size_t i = 0; i < counts.order.size(); ++i) {
            raise(m_order.at(i), counts.order.at(i));
        }
        raise(m_missing, counts.missing);
        raise(m_unknown_devices, counts.unknown_devices);
        raise(m_coerced, counts.coerced);
        raise(m_enriched, counts.enriched);
        m_devices.set(static_cast<double>(stage.devices()));
        raise(m_evicted, stage.evicted_devices());
    }

    ops::Gauge in_flight;
    ops::Gauge lag_records;
    ops::Counter reloads;
    ops::Counter failed_reloads;

  private:
    static void raise(ops::Counter counter, std::uint64_t to)
    {
        counter.add(static_cast<double>(to) - counter.value());
    }

    ops::Counter invalid(Reason reason)
    {
        const auto found = m_invalid.find(reason);
        if (found != m_invalid.end()) {
            return found->second;
        }
        auto counter = m_metrics.counter("tlm_validate_invalid_total",
                                         "Records found not valid by reason, see tlm-record(5).",
                                         {{"reason", std::string{reason_name(reason)}}});
        counter.add(0);
        return m_invalid.emplace(reason, counter).first->second;
    }

    ops::Metrics& m_metrics;
    ops::Counter m_valid;
    ops::Counter m_blank;
    ops::Counter m_missing;
    ops::Counter m_unknown_devices;
    ops::Counter m_coerced;
    ops::Counter m_enriched;
    ops::Gauge m_devices;
    ops::Counter m_evicted;
    std::vector<ops::Counter> m_order;
    std::map<Reason, ops::Counter> m_invalid;
};

} // namespace tlm::validate
