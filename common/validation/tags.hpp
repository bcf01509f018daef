// SPDX-License-Identifier: Apache-2.0
// The `tags` of a record, put together and read.
#pragma once

#include "common/record/guarded_json.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tlm::validation {

/// A tag that this stage sets: a name beginning with `tlm-`, and its text.
using OwnTag = std::pair<std::string_view, std::string_view>;

/// Puts `registered` (an object, or empty) and the stage's own tags into `tags` (an object, or
/// empty). A key of the same name is replaced; the others stay as they are, byte for byte. False:
/// nothing would change, and `out` is not touched. `json` is memory to parse with.
[[nodiscard]] bool merge_tags(GuardedJson& json, std::string_view tags, std::string_view registered,
                              std::span<const OwnTag> own, std::string& out);

/// The text of the tag `name`, a view into `tags`; empty when it is missing, no string, or has
/// escapes.
[[nodiscard]] std::optional<std::string_view> tag_text(std::string_view tags,
                                                       std::string_view name);

} // namespace tlm::validation
