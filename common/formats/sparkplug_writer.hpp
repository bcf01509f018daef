// SPDX-License-Identifier: Apache-2.0
// What a Sparkplug B edge node publishes, births, data and deaths, and what it is told.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::formats {

/// A metric of an edge node, as its birth announces it.
struct SparkplugMetricType {
    enum class Kind {
        whole, ///< Int64
        real,  ///< Double
        text,  ///< String
    };

    std::string name;
    Kind kind = Kind::real;
    bool constant = false; ///< only said in births
};

/// A value of a metric: `text` where its kind is text, else `number`.
struct SparkplugMetricValue {
    double number = 0;
    std::string_view text{};
};

/// Writes the payloads of an edge node, or of a device behind one, with these metrics:
/// Sparkplug 3.0.0, section 6.4. A metric's alias is its index. The values given are as many as the
/// metrics, in their order.
class SparkplugWriter {
  public:
    explicit SparkplugWriter(std::vector<SparkplugMetricType> metrics);

    /// NBIRTH, whose seq is 0: all metrics with name, alias, datatype and value, and the two that
    /// every edge node has: bdSeq and Node Control/Rebirth.
    void append_birth(std::string& out, EpochMs ts, std::uint64_t bd_seq,
                      std::span<const SparkplugMetricValue> values);

    /// DBIRTH: all metrics, likewise.
    void append_device_birth(std::string& out, EpochMs ts, std::uint8_t seq,
                             std::span<const SparkplugMetricValue> values);

    /// NDATA, DDATA: alias and value of all metrics that are not constant.
    void append_data(std::string& out, EpochMs ts, std::uint8_t seq,
                     std::span<const SparkplugMetricValue> values);

  private:
    void append_metrics(std::string& out, EpochMs ts, std::span<const SparkplugMetricValue> values);

    std::vector<SparkplugMetricType> m_metrics;
    std::string m_metric; ///< scratch
};

/// NBIRTH of an edge node whose metrics are all those of devices.
void append_sparkplug_birth(std::string& out, EpochMs ts, std::uint64_t bd_seq);

/// DDEATH.
void append_sparkplug_device_death(std::string& out, EpochMs ts, std::uint8_t seq);

/// NDEATH, the will of the connection whose births have the same bdSeq. It has no timestamp: when
/// it is written nobody knows when it will be sent.
void append_sparkplug_death(std::string& out, std::uint64_t bd_seq);

/// True for an NCMD that asks for births: `Node Control/Rebirth` = true. False for anything else,
/// also for what is no payload.
[[nodiscard]] bool is_sparkplug_rebirth(std::string_view payload);

} // namespace tlm::formats
