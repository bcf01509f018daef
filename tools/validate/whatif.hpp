// SPDX-License-Identifier: Apache-2.0
// What a new schema would change.
#pragma once

#include "common/record/record.hpp"
#include "common/validation/schema_judge.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tlm::validate {

/// Judges by the new schemas what the old ones let through or rejected, and counts by device type
/// and firmware what changes. Pure.
class WhatIf {
  public:
    struct Row {
        std::uint64_t records = 0; ///< read, dead letters included
        std::uint64_t newly_fail = 0;
        std::uint64_t newly_pass = 0;
        std::string example{}; ///< why the first one newly fails
    };

    /// Device type and firmware; `-` where a record does not say.
    using Kind = std::pair<std::string, std::string>;

    explicit WhatIf(validation::SchemaSet schemas) : m_schemas(std::move(schemas)) {}

    /// A line: a record, or a dead letter as tlm-record(5) has it in files.
    void line(std::string_view text, std::string_view topic);

    /// A dead letter out of Kafka: its payload, key and tlm-reason.
    void dead_letter(std::string_view payload, std::string_view key, std::string_view reason,
                     std::string_view topic);

    [[nodiscard]] const std::map<Kind, Row>& rows() const noexcept { return m_rows; }

    /// Lines that are neither.
    [[nodiscard]] std::uint64_t unreadable() const noexcept { return m_unreadable; }

    /// Dead letters that were not rejected by a schema, so no schema can save them.
    [[nodiscard]] std::uint64_t beyond_schemas() const noexcept { return m_beyond_schemas; }

    static constexpr std::size_t kMaxKinds = 10'000; ///< all further ones share one row

  private:
    [[nodiscard]] bool take_record(std::string_view text, std::string_view topic, bool rejected);
    void judge(const validation::Subject& subject, bool rejected);
    [[nodiscard]] Row& row_of(const validation::Subject& subject);

    validation::SchemaJudge m_schemas;
    RecordReader m_records;
    PayloadReader m_payloads;
    ValueReader m_letters;
    std::map<Kind, Row> m_rows;
    std::uint64_t m_unreadable = 0;
    std::uint64_t m_beyond_schemas = 0;
};

} // namespace tlm::validate
