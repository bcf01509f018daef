// SPDX-License-Identifier: Apache-2.0
// Where it stands what is valid, as the user named it.
#pragma once

#include "common/schema/draft.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tlm::validation {

/// Plain names and values: the command line fills them in, common/rulebook reads the files.
struct RuleSources {
    std::optional<std::filesystem::path> schema;     ///< of everything that the map does not name
    std::optional<std::filesystem::path> rules;      ///< likewise, see tlm-validation(5)
    std::optional<std::filesystem::path> schema_map; ///< see SchemaMap
    std::optional<std::filesystem::path> registry;   ///< of devices, see tlm-validation(5)
    std::vector<std::string> schema_dirs;            ///< `[URI-PREFIX=]DIR`
    schema::Draft draft = schema::Draft::v2020_12;   ///< of a schema without `$schema`
    bool assert_formats = false;

    /// Some file is named, so there is something to read again.
    [[nodiscard]] bool any() const { return schema || rules || schema_map || registry; }
};

} // namespace tlm::validation
