// SPDX-License-Identifier: Apache-2.0
#include "common/ops/metrics.hpp"

#include "common/base/time.hpp"
#include "common/base/version.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace tlm::ops {

namespace {

constexpr std::string_view kTotal = "_total";

bool ends_in_total(std::string_view name)
{
    return name.size() >= kTotal.size() && name.substr(name.size() - kTotal.size()) == kTotal;
}

void check_name(std::string_view name, bool is_counter)
{
    const bool characters = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!characters || name.substr(0, 4) != "tlm_" || ends_in_total(name) != is_counter) {
        throw std::logic_error("not a metric name of this project: " + std::string{name});
    }
}

} // namespace

void Counter::add(double n) noexcept
{
    if (n > 0) {
        m_counter->Increment(n);
    }
}

void Counter::follow(std::uint64_t total) noexcept
{
    add(static_cast<double>(total) - value());
}

double Counter::value() const noexcept
{
    return m_counter->Value();
}

void Gauge::set(double value) noexcept
{
    m_gauge->Set(value);
}

void Gauge::add(double n) noexcept
{
    m_gauge->Increment(n);
}

double Gauge::value() const noexcept
{
    return m_gauge->Value();
}

void Histogram::observe(double value)
{
    m_histogram->Observe(value);
}

struct Metrics::State {
    prometheus::Registry registry;
};

Metrics::Metrics(const std::string& program) : m_state(std::make_unique<State>())
{
    gauge("tlm_build_info", "The program and its version; always 1.",
          {{"program", program}, {"version", std::string{version()}}})
        .set(1);
    gauge("tlm_start_time_seconds", "When this process started, in seconds since 1970.")
        .set(static_cast<double>(SystemClock{}.wall()) / 1000.0);
}

Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels)
{
    check_name(name, true);
    return Counter{
        prometheus::BuildCounter().Name(name).Help(help).Register(m_state->registry).Add(labels)};
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels)
{
    check_name(name, false);
    return Gauge{
        prometheus::BuildGauge().Name(name).Help(help).Register(m_state->registry).Add(labels)};
}

Histogram Metrics::histogram(const std::string& name, const std::string& help,
                             const std::vector<double>& bounds, const Labels& labels)
{
    check_name(name, false);
    return Histogram{prometheus::BuildHistogram()
                         .Name(name)
                         .Help(help)
                         .Register(m_state->registry)
                         .Add(labels, bounds)};
}

std::string Metrics::text() const
{
    return prometheus::TextSerializer().Serialize(m_state->registry.Collect());
}

} // namespace tlm::ops
