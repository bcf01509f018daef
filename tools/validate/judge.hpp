// SPDX-License-Identifier: Apache-2.0
// What tlm-validate thinks of one line or Kafka value.
#pragma once

#include "common/record/record.hpp"
#include "common/validation/schema_judge.hpp"
#include "tools/validate/settings.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace tlm::validate {

/// Judges one line after another: the record's guards or JSON's grammar first, then the schema.
/// Pure. One instance serves one thread.
class Judge {
  public:
    Judge(Form form, validation::SchemaSet schemas) : m_form(form), m_schemas(std::move(schemas)) {}

    /// From the next line on.
    void use(validation::SchemaSet schemas)
    {
        m_schemas = validation::SchemaJudge(std::move(schemas));
    }

    /// Why the line is not accepted, if so. `topic` may be empty unless needs_topic().
    [[nodiscard]] std::optional<Reject> judge(std::string_view line, std::string_view topic);

    [[nodiscard]] bool needs_topic() const noexcept { return m_schemas.needs_topic(); }

    /// The line that was judged last is a record or value, whatever the schema says of it.
    [[nodiscard]] bool readable() const noexcept { return m_readable; }

    /// The record that was judged last; only when readable() and the form is records.
    [[nodiscard]] const Record& record() const noexcept { return m_record; }

  private:
    [[nodiscard]] std::optional<Reject> read(std::string_view line);

    Form m_form;
    validation::SchemaJudge m_schemas;
    RecordReader m_records;
    ValueReader m_values;
    Record m_record;
    bool m_readable = false;
};

} // namespace tlm::validate
