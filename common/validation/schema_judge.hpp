// SPDX-License-Identifier: Apache-2.0
// Records judged by the schema that is theirs.
#pragma once

#include "common/record/reject.hpp"
#include "common/schema/schema.hpp"
#include "common/validation/rules.hpp"
#include "common/validation/schema_map.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace tlm::validation {

/// All the schemas of a run, compiled, and the rules beside them. Immutable parts: a copy is cheap.
struct SchemaSet {
    std::optional<SchemaMap> map;
    std::vector<std::shared_ptr<const schema::Schema>> mapped; ///< as SchemaMap::schemas()
    std::shared_ptr<const schema::Schema> otherwise; ///< where the map names none; may be null
    std::vector<std::shared_ptr<const Rules>>
        mapped_rules{};                             ///< as SchemaMap::rules(); may be null
    std::shared_ptr<const Rules> otherwise_rules{}; ///< likewise
};

/// Chooses and judges. What neither the map nor a default schema covers is accepted. Pure; one
/// instance serves one thread.
class SchemaJudge {
  public:
    explicit SchemaJudge(SchemaSet set);

    /// What is wrong with `subject.data`: where, by which keyword, and in as many sentences as
    /// there are failures, up to `sentences`.
    [[nodiscard]] std::optional<Reject> judge(const Subject& subject, std::size_t sentences = 4);

    /// What the map chooses, see SchemaMap::choose().
    [[nodiscard]] std::optional<std::size_t> choose(const Subject& subject) const
    {
        return m_map ? m_map->choose(subject) : std::nullopt;
    }

    /// The same as judge(), by what was chosen before.
    [[nodiscard]] std::optional<Reject> judge_chosen(std::optional<std::size_t> choice,
                                                     const Subject& subject,
                                                     std::size_t sentences = 4);

    [[nodiscard]] bool has_map() const noexcept { return m_map.has_value(); }

    /// Choosing takes the topic.
    [[nodiscard]] bool needs_topic() const noexcept { return m_map && m_map->needs_topic(); }

  private:
    std::optional<SchemaMap> m_map;
    std::vector<schema::Validator> m_validators; ///< as SchemaMap::schemas()
    std::optional<schema::Validator> m_otherwise;
};

} // namespace tlm::validation
