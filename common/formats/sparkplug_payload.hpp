// SPDX-License-Identifier: Apache-2.0
// Sparkplug B's payload taken apart; private to this library.
#pragma once

#include "common/formats/wire.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tlm::formats {

/// Datatypes of metrics, properties and columns, by the numbers of Sparkplug 3.0.0, section 6.4.16.
enum class SparkplugDatatype : std::uint32_t {
    unknown = 0,
    int8 = 1,
    int16 = 2,
    int32 = 3,
    int64 = 4,
    uint8 = 5,
    uint16 = 6,
    uint32 = 7,
    uint64 = 8,
    float32 = 9,
    float64 = 10,
    boolean = 11,
    string = 12,
    date_time = 13,
    text = 14,
    uuid = 15,
    data_set = 16,
    bytes = 17,
    file = 18,
    data_template = 19,
    property_set = 20,
    property_set_list = 21,
    int8_array = 22,
    int16_array = 23,
    int32_array = 24,
    int64_array = 25,
    uint8_array = 26,
    uint16_array = 27,
    uint32_array = 28,
    uint64_array = 29,
    float32_array = 30,
    float64_array = 31,
    boolean_array = 32,
    string_array = 33,
    date_time_array = 34,
};

/// Which member of a value's oneof was set.
enum class SparkplugValueKind : std::uint8_t {
    none,
    whole, ///< int_value
    large, ///< long_value
    real,  ///< float_value
    exact, ///< double_value
    flag,
    string,
    bytes, ///< from here on metrics only
    data_set,
    data_template,
    extension,
};

struct SparkplugValue {
    SparkplugValueKind kind = SparkplugValueKind::none;
    WireField wire;
};

/// One metric; the views are into the payload.
struct SparkplugMetric {
    std::string_view name; ///< empty when it goes by its alias
    std::optional<std::uint64_t> alias;
    std::optional<std::uint64_t> timestamp; ///< epoch milliseconds
    SparkplugDatatype datatype = SparkplugDatatype::unknown;
    bool is_historical = false;
    bool is_null = false;
    SparkplugValue value;
};

struct SparkplugPayload {
    std::optional<std::uint64_t> timestamp; ///< epoch milliseconds
    std::optional<std::uint64_t> seq;
    std::string_view uuid;
    std::vector<SparkplugMetric> metrics; ///< cleared, not freed, by the next parse
    std::uint64_t unknown_fields = 0;
};

/// Metadata and properties are skipped. Empty when all is well, else a plain sentence.
[[nodiscard]] std::string_view parse_sparkplug_payload(std::string_view bytes,
                                                       SparkplugPayload& payload);
[[nodiscard]] std::string_view parse_sparkplug_metric(std::string_view bytes,
                                                      SparkplugMetric& metric,
                                                      std::uint64_t& unknown_fields);

/// Sets `value` when field `wire` is a member of a oneof whose int_value has the number `first`, up
/// to `last`, the kind of the last member; false when it is not, or has another wire type.
[[nodiscard]] bool take_sparkplug_value(const WireField& wire, std::uint32_t first,
                                        SparkplugValueKind last, SparkplugValue& value);

/// As the specification spells it: `Int8`, `DateTime`, …; empty for numbers it does not have.
[[nodiscard]] std::string_view sparkplug_datatype_name(SparkplugDatatype datatype) noexcept;

} // namespace tlm::formats
