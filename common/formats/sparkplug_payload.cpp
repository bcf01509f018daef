// SPDX-License-Identifier: Apache-2.0
#include "common/formats/sparkplug_payload.hpp"

#include <array>

namespace tlm::formats {
namespace {

constexpr std::string_view kWrongType = "a field has another wire type than Sparkplug B gives it";

bool is(const WireField& wire, WireType type)
{
    return wire.type == type;
}

constexpr WireType wire_type(SparkplugValueKind kind)
{
    switch (kind) {
    case SparkplugValueKind::whole:
    case SparkplugValueKind::large:
    case SparkplugValueKind::flag:
        return WireType::varint;
    case SparkplugValueKind::real:
        return WireType::fixed32;
    case SparkplugValueKind::exact:
        return WireType::fixed64;
    default:
        return WireType::bytes;
    }
}

/// The varint fields of a metric; false when `wire` is none of them.
bool take_number(const WireField& wire, SparkplugMetric& metric)
{
    if (!is(wire, WireType::varint)) {
        return false;
    }
    switch (wire.number) {
    case 2:
        metric.alias = wire.value;
        return true;
    case 3:
        metric.timestamp = wire.value;
        return true;
    case 4:
        metric.datatype = static_cast<SparkplugDatatype>(wire.value);
        return true;
    case 5:
        metric.is_historical = wire.value != 0;
        return true;
    case 6: // is_transient: not to be kept in a history, which is not for us to decide
        return true;
    case 7:
        metric.is_null = wire.value != 0;
        return true;
    default:
        return false;
    }
}

bool take_metric_field(const WireField& wire, SparkplugMetric& metric)
{
    if (wire.number == 1 && is(wire, WireType::bytes)) {
        metric.name = wire.bytes;
        return true;
    }
    const bool is_note = (wire.number == 8 || wire.number == 9) && is(wire, WireType::bytes);
    return is_note || take_number(wire, metric) ||
           take_sparkplug_value(wire, 10, SparkplugValueKind::extension, metric.value);
}

} // namespace

bool take_sparkplug_value(const WireField& wire, std::uint32_t first, SparkplugValueKind last,
                          SparkplugValue& value)
{
    if (wire.number < first || wire.number - first >= static_cast<std::uint32_t>(last)) {
        return false;
    }
    const auto kind = static_cast<SparkplugValueKind>(wire.number - first + 1);
    if (!is(wire, wire_type(kind))) {
        return false;
    }
    value = {kind, wire};
    return true;
}

std::string_view parse_sparkplug_metric(std::string_view bytes, SparkplugMetric& metric,
                                        std::uint64_t& unknown_fields)
{
    constexpr std::uint32_t kLastField = 19;
    WireReader reader(bytes);
    WireField wire;
    auto step = reader.next(wire);
    for (; step == WireReader::Step::field; step = reader.next(wire)) {
        if (!take_metric_field(wire, metric)) {
            if (wire.number <= kLastField) {
                return kWrongType;
            }
            ++unknown_fields;
        }
    }
    // No reader of records takes it as a key, nor comes it back out of a state that was kept.
    if (metric.name.find('\0') != std::string_view::npos) {
        return "a metric's name holds U+0000";
    }
    return step == WireReader::Step::malformed ? reader.error() : std::string_view{};
}

std::string_view parse_sparkplug_payload(std::string_view bytes, SparkplugPayload& payload)
{
    constexpr std::uint32_t kLastField = 5;
    payload.timestamp.reset();
    payload.seq.reset();
    payload.uuid = {};
    payload.metrics.clear();
    payload.unknown_fields = 0;
    WireReader reader(bytes);
    WireField wire;
    auto step = reader.next(wire);
    for (; step == WireReader::Step::field; step = reader.next(wire)) {
        if (wire.number == 1 && is(wire, WireType::varint)) {
            payload.timestamp = wire.value;
        } else if (wire.number == 2 && is(wire, WireType::bytes)) {
            const auto error = parse_sparkplug_metric(wire.bytes, payload.metrics.emplace_back(),
                                                      payload.unknown_fields);
            if (!error.empty()) {
                return error;
            }
        } else if (wire.number == 3 && is(wire, WireType::varint)) {
            payload.seq = wire.value;
        } else if (wire.number == 4 && is(wire, WireType::bytes)) {
            payload.uuid = wire.bytes;
        } else if (wire.number == 0 || wire.number > kLastField) {
            ++payload.unknown_fields;
        } else if (wire.number != 5 || !is(wire, WireType::bytes)) {
            return kWrongType;
        }
    }
    return step == WireReader::Step::malformed ? reader.error() : std::string_view{};
}

std::string_view sparkplug_datatype_name(SparkplugDatatype datatype) noexcept
{
    static constexpr std::array<std::string_view, 35> kNames = {
        "Unknown",       "Int8",
        "Int16",         "Int32",
        "Int64",         "UInt8",
        "UInt16",        "UInt32",
        "UInt64",        "Float",
        "Double",        "Boolean",
        "String",        "DateTime",
        "Text",          "UUID",
        "DataSet",       "Bytes",
        "File",          "Template",
        "PropertySet",   "PropertySetList",
        "Int8Array",     "Int16Array",
        "Int32Array",    "Int64Array",
        "UInt8Array",    "UInt16Array",
        "UInt32Array",   "UInt64Array",
        "FloatArray",    "DoubleArray",
        "BooleanArray",  "StringArray",
        "DateTimeArray",
    };
    const auto number = static_cast<std::size_t>(datatype);
    return number < kNames.size() ? kNames[number] : std::string_view{};
}

} // namespace tlm::formats
