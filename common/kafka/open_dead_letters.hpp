// SPDX-License-Identifier: Apache-2.0
// Where --dlq points, opened.
#pragma once

#include "common/flow/dead_letters.hpp"
#include "common/kafka/producer.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tlm::kafka {

/// `topic:NAME` is a topic of the producer that `producer` gives (not called otherwise); empty or
/// `-` is stderr, one line of NDJSON each; everything else is a file that is appended to, each
/// letter on disk before it is confirmed. Throws Error usage when the file cannot be opened.
[[nodiscard]] DeadLetters
open_dead_letters(const std::string& target,
                  const std::function<std::shared_ptr<Producer>()>& producer);

} // namespace tlm::kafka
