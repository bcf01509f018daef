// SPDX-License-Identifier: Apache-2.0
// The command that asks an edge node for its births; private to this library.
#pragma once

#include "common/base/time.hpp"
#include "common/formats/sparkplug.hpp"

#include <string_view>

namespace tlm::formats {

/// NCMD with `Node Control/Rebirth` = true. Source: Sparkplug 3.0.0, section 6.4.23.
[[nodiscard]] SparkplugRebirth sparkplug_rebirth(std::string_view group, std::string_view edge,
                                                 EpochMs now);

} // namespace tlm::formats
