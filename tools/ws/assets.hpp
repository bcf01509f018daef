// SPDX-License-Identifier: Apache-2.0
// The page, inside the program.
#pragma once

#include "tools/ws/http_response.hpp"

#include <span>

namespace tlm::ws {

[[nodiscard]] std::span<const Asset> page_assets() noexcept;

} // namespace tlm::ws
