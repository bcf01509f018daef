// SPDX-License-Identifier: Apache-2.0
// Counters, gauges and histograms in the Prometheus text format.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

namespace tlm::ops {

using Labels = std::map<std::string, std::string>;

/// Only ever grows. A handle: copy it freely, it lives as long as its Metrics. Any thread.
class Counter {
  public:
    explicit Counter(prometheus::Counter& counter) noexcept : m_counter(&counter) {}

    void add(double n = 1) noexcept; ///< n < 0 is ignored

    /// Grows to `total`, which is counted elsewhere; a smaller one is ignored. Either this or
    /// add(), and from one thread.
    void follow(std::uint64_t total) noexcept;

    [[nodiscard]] double value() const noexcept;

  private:
    prometheus::Counter* m_counter;
};

/// Goes up and down. A handle, as Counter. Any thread.
class Gauge {
  public:
    explicit Gauge(prometheus::Gauge& gauge) noexcept : m_gauge(&gauge) {}

    void set(double value) noexcept;
    void add(double n) noexcept;

    [[nodiscard]] double value() const noexcept;

  private:
    prometheus::Gauge* m_gauge;
};

/// Counts observations by bounds. A handle, as Counter. Any thread; takes a lock.
class Histogram {
  public:
    explicit Histogram(prometheus::Histogram& histogram) noexcept : m_histogram(&histogram) {}

    void observe(double value);

  private:
    prometheus::Histogram* m_histogram;
};

/// The metrics of one process. Names are `tlm_<what>_<unit>`, counters end in `_total`; the same
/// name and labels give the same metric. A name that breaks these rules, or one name with two
/// kinds, is a bug: std::logic_error. Any thread, but make metrics at the start, not per record.
class Metrics {
  public:
    /// Adds `tlm_build_info{program,version} 1` and the process's start time.
    explicit Metrics(const std::string& program);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    [[nodiscard]] Counter counter(const std::string& name, const std::string& help,
                                  const Labels& labels = {});
    [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help,
                              const Labels& labels = {});

    /// `bounds` are the upper bounds of the buckets, ascending, in the unit of the name.
    [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help,
                                      const std::vector<double>& bounds, const Labels& labels = {});

    /// All of it in the text exposition format 0.0.4.
    [[nodiscard]] std::string text() const;

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace tlm::ops
