// SPDX-License-Identifier: Apache-2.0
// The counts of tlm-validate as metrics.
#pragma once

#include "common/ops/metrics.hpp"
#include "common/rulebook/stage_report.hpp"
#include "tools/validate/counts.hpp"

#include <map>
#include <string>

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
          stage(metrics, "tlm_validate"),
          m_metrics(metrics),
          m_valid(metrics.counter("tlm_validate_valid_total", "Records found valid.")),
          m_blank(metrics.counter("tlm_validate_blank_lines_total", "Empty lines, skipped."))
    {
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

    ops::Gauge in_flight;
    ops::Gauge lag_records;
    ops::Counter reloads;
    ops::Counter failed_reloads;
    rulebook::StageMetrics stage;

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
    std::map<Reason, ops::Counter> m_invalid;
};

} // namespace tlm::validate
