// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug_writer.hpp"

#include "common/formats/sparkplug_payload.hpp"
#include "common/formats/wire_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tlm::formats {
namespace {

using Kind = SparkplugMetricType::Kind;

// Field numbers of the payload and of a metric.
constexpr std::uint32_t kTimestamp = 1;
constexpr std::uint32_t kMetrics = 2;
constexpr std::uint32_t kSeq = 3;
constexpr std::uint32_t kName = 1;
constexpr std::uint32_t kAlias = 2;
constexpr std::uint32_t kMetricTime = 3;
constexpr std::uint32_t kDatatype = 4;
constexpr std::uint32_t kLong = 11;
constexpr std::uint32_t kDouble = 13;
constexpr std::uint32_t kBoolean = 14;
constexpr std::uint32_t kString = 15;

constexpr std::string_view kBdSeq = "bdSeq";
constexpr std::string_view kRebirth = "Node Control/Rebirth";

std::uint64_t number_of(SparkplugDatatype datatype)
{
    return static_cast<std::uint64_t>(datatype);
}

std::uint64_t datatype_of(Kind kind)
{
    switch (kind) {
    case Kind::whole:
        return number_of(SparkplugDatatype::int64);
    case Kind::real:
        return number_of(SparkplugDatatype::float64);
    case Kind::text:
        break;
    }
    return number_of(SparkplugDatatype::string);
}

std::uint64_t bits(std::int64_t value)
{
    return static_cast<std::uint64_t>(value);
}

void write_value(WireWriter& metric, Kind kind, const SparkplugMetricValue& value)
{
    switch (kind) {
    case Kind::whole:
        metric.varint(kLong, bits(static_cast<std::int64_t>(value.number)));
        break;
    case Kind::real:
        metric.real64(kDouble, value.number);
        break;
    case Kind::text:
        metric.bytes(kString, value.text);
        break;
    }
}

std::string bd_seq_metric(std::optional<EpochMs> ts, std::uint64_t bd_seq)
{
    std::string bytes;
    WireWriter metric{bytes};
    metric.bytes(kName, kBdSeq);
    if (ts) {
        metric.varint(kMetricTime, bits(*ts));
    }
    metric.varint(kDatatype, number_of(SparkplugDatatype::int64));
    metric.varint(kLong, bd_seq);
    return bytes;
}

std::string rebirth_metric(EpochMs ts)
{
    std::string bytes;
    WireWriter metric{bytes};
    metric.bytes(kName, kRebirth);
    metric.varint(kMetricTime, bits(ts));
    metric.varint(kDatatype, number_of(SparkplugDatatype::boolean));
    metric.varint(kBoolean, 0);
    return bytes;
}

void begin_birth(std::string& out, EpochMs ts, std::uint64_t bd_seq)
{
    WireWriter payload{out};
    payload.varint(kTimestamp, bits(ts));
    payload.bytes(kMetrics, bd_seq_metric(ts, bd_seq));
    payload.bytes(kMetrics, rebirth_metric(ts));
}

} // namespace

SparkplugWriter::SparkplugWriter(std::vector<SparkplugMetricType> metrics)
    : m_metrics(std::move(metrics))
{}

void SparkplugWriter::append_birth(std::string& out, EpochMs ts, std::uint64_t bd_seq,
                                   std::span<const SparkplugMetricValue> values)
{
    begin_birth(out, ts, bd_seq);
    append_metrics(out, ts, values);
    WireWriter{out}.varint(kSeq, 0);
}

void SparkplugWriter::append_device_birth(std::string& out, EpochMs ts, std::uint8_t seq,
                                          std::span<const SparkplugMetricValue> values)
{
    WireWriter{out}.varint(kTimestamp, bits(ts));
    append_metrics(out, ts, values);
    WireWriter{out}.varint(kSeq, seq);
}

void SparkplugWriter::append_metrics(std::string& out, EpochMs ts,
                                     std::span<const SparkplugMetricValue> values)
{
    WireWriter payload{out};
    for (std::size_t i = 0; i < m_metrics.size(); ++i) {
        m_metric.clear();
        WireWriter metric{m_metric};
        metric.bytes(kName, m_metrics[i].name);
        metric.varint(kAlias, i);
        metric.varint(kMetricTime, bits(ts));
        metric.varint(kDatatype, datatype_of(m_metrics[i].kind));
        write_value(metric, m_metrics[i].kind, values[i]);
        payload.bytes(kMetrics, m_metric);
    }
}

void SparkplugWriter::append_data(std::string& out, EpochMs ts, std::uint8_t seq,
                                  std::span<const SparkplugMetricValue> values)
{
    WireWriter payload{out};
    payload.varint(kTimestamp, bits(ts));
    for (std::size_t i = 0; i < m_metrics.size(); ++i) {
        if (m_metrics[i].constant) {
            continue;
        }
        m_metric.clear();
        WireWriter metric{m_metric};
        metric.varint(kAlias, i);
        metric.varint(kMetricTime, bits(ts));
        write_value(metric, m_metrics[i].kind, values[i]);
        payload.bytes(kMetrics, m_metric);
    }
    payload.varint(kSeq, seq);
}

void append_sparkplug_birth(std::string& out, EpochMs ts, std::uint64_t bd_seq)
{
    begin_birth(out, ts, bd_seq);
    WireWriter{out}.varint(kSeq, 0);
}

void append_sparkplug_device_death(std::string& out, EpochMs ts, std::uint8_t seq)
{
    WireWriter payload{out};
    payload.varint(kTimestamp, bits(ts));
    payload.varint(kSeq, seq);
}

void append_sparkplug_death(std::string& out, std::uint64_t bd_seq)
{
    WireWriter payload{out};
    payload.bytes(kMetrics, bd_seq_metric(std::nullopt, bd_seq));
}

bool is_sparkplug_rebirth(std::string_view payload)
{
    SparkplugPayload parsed;
    return parse_sparkplug_payload(payload, parsed).empty() &&
           std::any_of(parsed.metrics.begin(), parsed.metrics.end(), [](const auto& metric) {
               return metric.name == kRebirth && metric.value.kind == SparkplugValueKind::flag &&
                      metric.value.wire.value != 0;
           });
}

} // namespace tlm::formats
