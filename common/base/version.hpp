// SPDX-License-Identifier: Apache-2.0
// The version, from the one place that knows it: project() in CMakeLists.txt.
#pragma once

#include <string_view>

namespace tlm {

[[nodiscard]] std::string_view version() noexcept;

} // namespace tlm
