// SPDX-License-Identifier: Apache-2.0
// Values brought into the form that the schema wants: decimal commas, units, names.
#pragma once

#include "common/validation/rules.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::validation {

/// Rewrites values of a payload by rules. It never rejects: a value that a rule does not fit (a
/// string that is no number, a renamed key that would stand twice) stays as it is, and the schema
/// judges it. One instance serves one thread.
class Coercion {
  public:
    explicit Coercion(std::shared_ptr<const Rules> rules);

    /// False: no rule applies. True: `out` holds the payload with the values and keys changed, all
    /// other bytes as they are in `json`, which is the text that `root` was parsed from.
    [[nodiscard]] bool apply(const simdjson::dom::element& root, std::string_view json,
                             std::string& out);

  private:
    struct Edit {
        Span span;
        std::string text;
    };

    void plan(const Rule& rule, const simdjson::dom::element& root, std::string_view json);
    void add_edit(Span span, const std::string& text);

    std::shared_ptr<const Rules> m_rules;
    bool m_idle;               ///< no rule changes anything
    std::vector<Edit> m_edits; ///< of the payload at hand
    std::vector<const Rule*> m_renamed;
    std::string m_number;
};

} // namespace tlm::validation
