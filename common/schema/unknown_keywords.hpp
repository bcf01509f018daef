// SPDX-License-Identifier: Apache-2.0
// Members of a schema that say nothing: a keyword that is mistyped accepts everything.
#pragma once

#include "common/schema/draft.hpp"

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <vector>

namespace tlm::schema {

/// A member that no keyword of its draft is called by, and that is ignored.
struct UnknownKeyword {
    std::string keyword;
    std::string pointer; ///< JSON Pointer to it, from the root
    std::string meant;   ///< the keyword nearest to it; empty: none is near
    Draft draft;         ///< what it is unknown to
};

/// The first `most` of them, in the order of the document. It is no error to have some: names that
/// begin with `x-` are meant so, and below a meta-schema of somebody's own nothing is judged.
[[nodiscard]] std::vector<UnknownKeyword> unknown_keywords(simdjson::dom::element schema,
                                                           Draft draft, std::size_t most);

} // namespace tlm::schema
