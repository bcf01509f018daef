// SPDX-License-Identifier: Apache-2.0
// Dead letters as lines: what --dlq means without a topic.
#pragma once

#include "common/flow/dead_letters.hpp"

#include <string>

namespace tlm::ndjson {

/// Empty or `-` is stderr; everything else is a file that is appended to, each letter on disk
/// before it is delivered. Throws Error usage when the file cannot be opened.
[[nodiscard]] DeadLetters open_dead_letters(const std::string& path);

} // namespace tlm::ndjson
