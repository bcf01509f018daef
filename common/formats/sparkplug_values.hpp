// SPDX-License-Identifier: Apache-2.0
// Sparkplug's values as JSON; private to this library.
#pragma once

#include "common/formats/decoded.hpp"
#include "common/formats/json_buffer.hpp"
#include "common/formats/sparkplug_payload.hpp"
#include "common/record/reject.hpp"

#include <vector>

namespace tlm::formats {

/// Writes values by their datatype: Int8 to Int32 travel in an unsigned field, and only the
/// datatype says which sign they have.
class SparkplugValueWriter {
  public:
    /// `limits` bound nesting and the text in `json`. Neither is owned.
    SparkplugValueWriter(JsonBuffer& json, const DecodeLimits& limits)
        : m_json(json), m_limits(limits)
    {}

    void clear() noexcept { m_decoded = {}; }

    /// Writes the metric's value; false after a failure, which reject() explains.
    [[nodiscard]] bool write(const SparkplugMetric& metric, SparkplugDatatype datatype)
    {
        return write_metric(metric, datatype, 1);
    }

    /// Counts since clear().
    [[nodiscard]] const Decoded& decoded() const noexcept { return m_decoded; }

    [[nodiscard]] Reject& reject() noexcept { return m_reject; }

    /// For the writer of what is around the values as well.
    bool fail(Reason reason, std::string_view detail);
    [[nodiscard]] bool write_string(std::string_view text);

  private:
    [[nodiscard]] bool write_metric(const SparkplugMetric& metric, SparkplugDatatype datatype,
                                    std::size_t depth);
    [[nodiscard]] bool write_scalar(const SparkplugValue& value, SparkplugDatatype datatype);
    [[nodiscard]] bool write_integer(const SparkplugValue& value, SparkplugDatatype datatype);
    [[nodiscard]] bool write_untyped(const SparkplugValue& value);
    [[nodiscard]] bool write_array(std::string_view bytes, SparkplugDatatype datatype);
    [[nodiscard]] bool write_booleans(std::string_view bytes);
    [[nodiscard]] bool write_strings(std::string_view bytes);
    [[nodiscard]] bool write_data_set(std::string_view bytes);
    [[nodiscard]] bool write_row(std::string_view bytes, std::size_t first_type);
    [[nodiscard]] bool write_template(std::string_view bytes, std::size_t depth);
    [[nodiscard]] bool write_member(std::string_view bytes, std::size_t depth);
    [[nodiscard]] bool write_parameter(std::string_view bytes);
    [[nodiscard]] bool within_limit();

    JsonBuffer& m_json;
    const DecodeLimits& m_limits;
    std::vector<SparkplugDatatype> m_columns;
    Decoded m_decoded;
    Reject m_reject{};
};

} // namespace tlm::formats
