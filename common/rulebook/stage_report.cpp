// SPDX-License-Identifier: Apache-2.0
#include "common/rulebook/stage_report.hpp"

#include "common/base/counted.hpp"
#include "common/ops/log.hpp"

#include <utility>

namespace tlm::rulebook {

using validation::ClockError;

StageMetrics::StageMetrics(ops::Metrics& metrics, std::string prefix)
    : m_metrics(metrics),
      m_prefix(std::move(prefix)),
      m_missing(counter("missing_seqs_total", "Sequence numbers that were skipped.")),
      m_unknown_devices(
          counter("unknown_devices_total", "Records of devices that the registry does not have.")),
      m_coerced(counter("coerced_total", "Records in which a rule changed a value.")),
      m_enriched(counter("enriched_total", "Records that were given tags.")),
      m_devices(metrics.gauge(m_prefix + "_devices", "Devices remembered.")),
      m_evicted(counter("evicted_devices_total", "Devices forgotten for want of room.")),
      m_repeats(counter("suppressed_dead_letters_total",
                        "Dead letters that were counted and not written, as --flood-cap says.",
                        {{"kind", "repeat"}})),
      m_lost(counter("suppressed_dead_letters_total", "", {{"kind", "lost"}}))
{
    for (std::size_t i = 0; i < validation::kOrderCount; ++i) {
        const auto order = static_cast<validation::Order>(i);
        m_order.push_back(counter("sequence_total",
                                  "Records by their place in the device's sequence.",
                                  {{"order", validation::order_name(order)}}));
    }
    for (std::size_t i = 0; i < validation::kClockErrorCount; ++i) {
        const auto error = static_cast<ClockError>(i);
        m_clocks.push_back(metrics.gauge(m_prefix + "_devices_by_clock",
                                         "Devices by how far their clock is off, with --skew.",
                                         {{"clock", validation::clock_error_name(error)}}));
    }
}

ops::Counter StageMetrics::counter(const char* name, const char* help, const ops::Labels& labels)
{
    return m_metrics.counter(m_prefix + "_" + name, help, labels);
}

void StageMetrics::update(const validation::Stage& stage)
{
    const auto& counts = stage.counts();
    for (std::size_t i = 0; i < counts.order.size(); ++i) {
        m_order.at(i).follow(counts.order.at(i));
    }
    for (std::size_t i = 0; i < validation::kClockErrorCount; ++i) {
        const auto devices = stage.clocks().devices(static_cast<ClockError>(i));
        m_clocks.at(i).set(static_cast<double>(devices));
    }
    m_missing.follow(counts.missing);
    m_unknown_devices.follow(counts.unknown_devices);
    m_coerced.follow(counts.coerced);
    m_enriched.follow(counts.enriched);
    m_devices.set(static_cast<double>(stage.devices()));
    m_evicted.follow(stage.evicted_devices());
    update_broken(stage.keywords());
}

void StageMetrics::update_broken(const validation::KeywordCounts& keywords)
{
    for (const auto& [key, count] : keywords.counts()) {
        auto found = m_broken.find(key);
        if (found == m_broken.end()) {
            found = m_broken
                        .emplace(key, counter("broken_keywords_total",
                                              "Records not valid by the place in schema or rules.",
                                              {{"reason", std::string{reason_name(key.reason)}},
                                               {"keyword", key.keyword}}))
                        .first;
        }
        found->second.follow(count);
    }
}

void StageMetrics::update(const validation::FloodCap& cap)
{
    m_repeats.follow(cap.repeats());
    m_lost.follow(cap.lost());
}

void log_summary(const validation::Stage& stage)
{
    constexpr std::size_t kTop = 5;
    for (const auto& [failing, count, error] : stage.failing().top(kTop)) {
        log::info("{}{}{}: {}", failing.reason,
                  failing.type.empty() ? "" : " of model '" + failing.type + "'",
                  failing.path.empty() ? "" : " at '" + failing.path + "'", counted(count, "time"));
    }
    for (const auto& [device_id, skew] : stage.clocks().worst()) {
        log::info("the clock of {} is {} s {}", device_id, std::abs(skew.count()) / 1000,
                  skew.count() < 0 ? "ahead" : "behind");
    }
    if (stage.evicted_devices() > 0) {
        log::info("{} forgotten for want of room: see --max-devices",
                  counted(stage.evicted_devices(), "device"));
    }
}

void log_summary(const validation::FloodCap& cap)
{
    if (cap.repeats() + cap.lost() > 0) {
        log::info("dead letters not written, as --flood-cap says: {} copies, {} beyond the rate",
                  cap.repeats(), cap.lost());
    }
}

} // namespace tlm::rulebook
