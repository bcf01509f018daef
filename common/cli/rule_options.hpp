// SPDX-License-Identifier: Apache-2.0
// The options that say what is valid, alike in every tool that judges records.
#pragma once

#include "common/validation/flood_cap.hpp"
#include "common/validation/rule_sources.hpp"
#include "common/validation/stage.hpp"

#include <functional>

namespace tlm::cli {

class OptionTable;

/// Adds the group "What is valid". The files are read later, by common/rulebook; what needs none
/// goes into `stage` and `flood`. All must outlive the table. An option that says nothing without
/// another one is an error without it; `other_schemas` tells, after parsing, that schemas are named
/// by something else than these options.
void add_rules(OptionTable& table, validation::RuleSources& sources,
               validation::StageSettings& stage, validation::FloodCapSettings& flood,
               std::function<bool()> other_schemas = {});

} // namespace tlm::cli
