// SPDX-License-Identifier: Apache-2.0
// The metrics and tags of a fleet file's group.
#pragma once

#include "tools/sim/signal.hpp"
#include "tools/sim/yaml_setting.hpp"

#include <vector>

namespace tlm::sim {

/// Appends what `metrics:` describes.
void read_metrics(const Setting& setting, std::vector<Signal>& signals);

/// Appends a signal that never changes for each of `tags:`.
void read_tags(const Setting& setting, std::vector<Signal>& signals);

} // namespace tlm::sim
