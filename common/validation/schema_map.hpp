// SPDX-License-Identifier: Apache-2.0
// Which schema and which rules a record is judged by.
#pragma once

#include "common/record/record.hpp"
#include "common/validation/pointer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tlm::validation {

/// One line of the map: conditions, all of which must hold, and what then judges.
struct SchemaChoice {
    using Value = std::variant<std::string, std::int64_t, bool>;

    std::string topic{}; ///< an MQTT topic filter; empty: any topic
    std::vector<std::pair<std::string, std::string>> tags{}; ///< name and text
    std::vector<std::pair<Pointer, Value>> data{};
    std::string schema{}; ///< a file name as the map has it; empty: no schema
    std::string rules{};  ///< likewise
};

/// Chooses by topic, tags and fields of `data`, see tlm-validation(5). Holds names only: whoever
/// reads the map opens the files. Immutable.
class SchemaMap {
  public:
    /// Throws Error usage that names the place: `NAME: /schemas/2/topic: …`.
    [[nodiscard]] static SchemaMap parse(std::string_view text, std::string_view name);

    /// The index of the first choice that fits; empty when none does. `tags` are those of the
    /// record after enrichment; a tag that is written with escapes fits nothing.
    [[nodiscard]] std::optional<std::size_t> choose(std::string_view topic, std::string_view tags,
                                                    const simdjson::dom::element& data) const;

    [[nodiscard]] const std::vector<SchemaChoice>& choices() const noexcept { return m_choices; }

  private:
    std::vector<SchemaChoice> m_choices;
};

/// True when the MQTT topic filter (`+`, final `#`) matches the topic; a topic of Kafka has one
/// level.
[[nodiscard]] bool filter_matches(std::string_view filter, std::string_view topic) noexcept;

} // namespace tlm::validation
