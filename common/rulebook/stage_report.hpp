// SPDX-License-Identifier: Apache-2.0
// What the validation stage has seen: as metrics, and as lines in the log.
#pragma once

#include "common/ops/metrics.hpp"
#include "common/validation/flood_cap.hpp"
#include "common/validation/stage.hpp"

#include <map>
#include <string>
#include <vector>

namespace tlm::rulebook {

/// The metrics of tlm-validation(5), METRICS. Bounded, whatever devices send: labels are reasons,
/// orders, classes of clocks, and up to 64 keywords of the schemas and rules. Used by one thread.
class StageMetrics {
  public:
    /// `prefix` begins each name, as `tlm_validate`.
    StageMetrics(ops::Metrics& metrics, std::string prefix);

    void update(const validation::Stage& stage);
    void update(const validation::FloodCap& cap);

  private:
    [[nodiscard]] ops::Counter counter(const char* name, const char* help,
                                       const ops::Labels& labels = {});
    void update_broken(const validation::KeywordCounts& keywords);

    ops::Metrics& m_metrics;
    std::string m_prefix;
    std::vector<ops::Counter> m_order;
    std::vector<ops::Gauge> m_clocks;
    std::map<validation::KeywordCounts::Key, ops::Counter> m_broken;
    ops::Counter m_missing;
    ops::Counter m_unknown_devices;
    ops::Counter m_coerced;
    ops::Counter m_enriched;
    ops::Gauge m_devices;
    ops::Counter m_evicted;
    ops::Counter m_repeats;
    ops::Counter m_lost;
};

/// At the end of a program: the five most frequent faults, whose clock is off, and how many devices
/// were forgotten, where there is any of it.
void log_summary(const validation::Stage& stage);

/// Likewise what was not written to the dead letters.
void log_summary(const validation::FloodCap& cap);

} // namespace tlm::rulebook
