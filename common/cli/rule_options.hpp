// SPDX-License-Identifier: Apache-2.0
// The options that say what is valid, alike in every tool that judges records.
#pragma once

#include "common/validation/rule_sources.hpp"

namespace tlm::cli {

class OptionTable;

/// Adds the group "What is valid". The files are read later, by common/rulebook.
void add_rules(OptionTable& table, validation::RuleSources& sources);

} // namespace tlm::cli
