// SPDX-License-Identifier: Apache-2.0
// A fleet described in one file: tlm-fleet(5).
#pragma once

#include "tools/sim/fleet.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::sim {

/// Reads a file that the fleet file names, relative to its folder. Throws Error usage.
using ReadFile = std::function<std::string(const std::string& path)>;

/// The groups of a fleet file. `name` is how errors call it; `pad_to` is the smallest size of JSON
/// payloads where a group says none. Throws Error usage that names file, line and place.
[[nodiscard]] std::vector<Group> parse_fleet(std::string_view text, const std::string& name,
                                             const ReadFile& read, std::size_t pad_to);

/// Gives the group what flags say in the words of the file: each of `tags` and `metrics` is
/// `NAME: VALUE`, as members of a group have it. Without metrics the usual ones; payloads are JSON.
/// Throws Error usage.
void describe_group(const std::vector<std::string>& tags, const std::vector<std::string>& metrics,
                    std::size_t pad_to, Group& group);

} // namespace tlm::sim
