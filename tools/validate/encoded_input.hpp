// SPDX-License-Identifier: Apache-2.0
// Headers of Kafka values that are not JSON.
#pragma once

#include "common/record/header.hpp"

#include <string_view>
#include <vector>

namespace tlm::validate {

/// Removes the headers that say how a value was encoded, for it is no more.
void drop_encoding(std::vector<Header>& headers);

/// The value of the first header of this name; empty without one.
[[nodiscard]] std::string_view value_of(const std::vector<Header>& headers, std::string_view name);

} // namespace tlm::validate
