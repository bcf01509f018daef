// SPDX-License-Identifier: Apache-2.0
// What differs between two records, for people. Pure.
#pragma once

#include "common/record/message.hpp"

#include <string>

namespace tlm::replay {

/// The two as lines of `name: JSON`, those that only `before` has behind `-`, those that only
/// `after` has behind `+`, common ones behind a space, in the manner of diff -u; the first two
/// lines say where they stood. Nothing in it can steer a terminal. Ends with a line break.
[[nodiscard]] std::string message_diff(const Message& before, const Message& after);

} // namespace tlm::replay
