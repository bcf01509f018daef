// SPDX-License-Identifier: Apache-2.0
// The meta-schemas of the drafts, part of the program.
#pragma once

#include <optional>
#include <string_view>

namespace tlm::schema {

/// The text of the meta-schema with this URI (without a fragment), or of one of its vocabularies.
[[nodiscard]] std::optional<std::string_view> built_in(std::string_view uri) noexcept;

} // namespace tlm::schema
