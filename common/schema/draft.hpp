// SPDX-License-Identifier: Apache-2.0
// The drafts of JSON Schema, and what of one a schema uses.
#pragma once

#include <optional>
#include <string_view>

namespace tlm::schema {

/// In the order of their publication, so that they compare.
enum class Draft { v4, v6, v7, v2019_09, v2020_12 };

/// As people write it: `draft-07`, `2020-12`.
[[nodiscard]] std::string_view draft_name(Draft draft) noexcept;

/// The draft whose meta-schema has this URI; an empty fragment does not matter.
[[nodiscard]] std::optional<Draft> draft_of(std::string_view schema_uri) noexcept;

/// A draft without the vocabularies that a custom meta-schema leaves out (core section 8.1.2).
/// Drafts before 2019-09 have no vocabularies: they use everything.
struct Dialect {
    Draft draft = Draft::v2020_12;
    bool applicators = true;
    bool validation = true;
    bool unevaluated = true;
    bool assert_formats = false;

    bool operator==(const Dialect&) const = default;
};

/// Switches on what the vocabulary with this URI brings; false when nobody here knows it.
[[nodiscard]] bool use_vocabulary(Dialect& dialect, std::string_view vocabulary_uri) noexcept;

} // namespace tlm::schema
