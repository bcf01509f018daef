// SPDX-License-Identifier: Apache-2.0
// What tlm-validate thinks of one line or Kafka value.
#pragma once

#include "common/record/record.hpp"
#include "common/validation/stage.hpp"
#include "tools/validate/form.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tlm::validate {

/// What becomes of a line.
struct [[nodiscard]] Ruling {
    validation::Fate fate = validation::Fate::go_on;
    std::string_view value{};       ///< with go_on: the line itself, or what was made of it
    std::optional<Reject> reject{}; ///< why it is not valid; there with go_on too (mark, pass)
};

/// Judges one line after another: the record's guards or JSON's grammar first, then the validation
/// stage, or for bare values the schema. Pure. One instance serves one thread.
class Judge {
  public:
    /// `payload_limits`: of payloads without envelope.
    Judge(Form form, const validation::StageSettings& settings, validation::SchemaSet schemas,
          std::shared_ptr<const validation::Registry> registry, Limits payload_limits = {});

    /// From the next line on.
    void use(validation::SchemaSet schemas, std::shared_ptr<const validation::Registry> registry);

    /// `topic` may be empty unless needs_topic(). The value is valid until the next call.
    [[nodiscard]] Ruling judge(std::string_view line, std::string_view topic);

    /// A payload without envelope, which becomes a record: go_on has the record.
    [[nodiscard]] Ruling judge_payload(std::string_view device_id, std::string_view payload,
                                       EpochMs received_at, std::string_view topic);

    [[nodiscard]] bool needs_topic() const noexcept;

    /// See Stage.
    void read_again() { m_stage.read_again(); }

    /// The line that was judged last is a record or value, whatever else is said of it.
    [[nodiscard]] bool readable() const noexcept { return m_readable; }

    /// The record that was judged last, as it was; only when readable() and the form is records.
    [[nodiscard]] const Record& record() const noexcept { return m_record; }

    [[nodiscard]] const validation::Stage& stage() const noexcept { return m_stage; }

  private:
    [[nodiscard]] Ruling judge_value(std::string_view line, std::string_view topic);
    [[nodiscard]] Ruling judge_record(std::string_view line, std::string_view topic);
    [[nodiscard]] std::string_view write(std::string_view line,
                                         const validation::Judgement& judgement);

    Form m_form;
    validation::OnInvalidPolicy m_on_invalid;
    RecordReader m_records;
    PayloadReader m_payloads;
    ValueReader m_values;
    validation::Stage m_stage;               ///< of records
    validation::SchemaJudge m_value_schemas; ///< of values
    Record m_record;
    std::string m_made;
    std::string m_changed;
    std::string m_marked;
    bool m_readable = false;
};

} // namespace tlm::validate
