// SPDX-License-Identifier: Apache-2.0
// The payload of a fleet file's group.
#pragma once

#include "tools/sim/fleet.hpp"
#include "tools/sim/fleet_file.hpp"
#include "tools/sim/yaml_setting.hpp"

namespace tlm::sim {

class Template;

/// What payloads by a template can do.
[[nodiscard]] PayloadTraits traits_of(const Template& layout);

/// Gives the group what makes its payloads, from `payload:`; null: JSON. The group has its signals.
void read_payload(const Setting* setting, const ReadFile& read, std::size_t pad_to, Group& group);

} // namespace tlm::sim
