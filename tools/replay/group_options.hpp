// SPDX-License-Identifier: Apache-2.0
// The options of the commands that concern a consumer group.
#pragma once

#include "tools/replay/settings.hpp"

#include <vector>

namespace tlm::cli {
class OptionTable;
struct Option;
} // namespace tlm::cli

namespace tlm::replay {

/// Binds the rows to `settings`, which must outlive the table.
void add_group_options(cli::OptionTable& table, Settings& settings);

/// Throws Error usage when one of the options was given that lag or reset, where that is the
/// command, does not look at.
void check_group_rows(const std::vector<const cli::Option*>& rows, Command command);

/// Throws Error usage when the settings, ranges among them, do not make a command of a group, or
/// ask of another command what only these can do.
void check_group_settings(const Settings& settings);

} // namespace tlm::replay
