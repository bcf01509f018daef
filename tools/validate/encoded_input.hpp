// SPDX-License-Identifier: Apache-2.0
// Headers of Kafka values that are not JSON.
#pragma once

#include "common/record/header.hpp"

#include <vector>

namespace tlm::validate {

/// Removes the headers that say how a value was encoded, for it is no more.
void drop_encoding(std::vector<Header>& headers);

} // namespace tlm::validate
