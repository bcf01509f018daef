// SPDX-License-Identifier: Apache-2.0
// Schemas out of files.
#pragma once

#include "common/schema/schema.hpp"
#include "common/validation/registry.hpp"
#include "common/validation/rule_sources.hpp"
#include "common/validation/schema_judge.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::rulebook {

/// Finds the documents that a schema refers to, in files and nowhere else. A folder with a prefix
/// holds what is behind it (`http://x/=DIR`: `http://x/a.json` is `DIR/a.json`); one without holds
/// documents that are known by their `$id`. Beside them a schema may refer to files of its own
/// folder and below by their relative names. Nothing outside these folders is opened.
class SchemaFolders {
  public:
    /// Each `[URI-PREFIX=]DIR`. Throws Error usage when one is no folder.
    explicit SchemaFolders(const std::vector<std::string>& folders);

    /// The text of the document; empty when no folder has it. `home` is the folder of the schema
    /// that refers to it. Throws Error usage when a file that is there cannot be read.
    [[nodiscard]] std::optional<std::string> find(std::string_view uri,
                                                  const std::filesystem::path& home);

  private:
    struct Prefix {
        std::string uri;
        std::filesystem::path folder;
    };

    void index_by_id();

    std::vector<Prefix> m_prefixes;
    std::vector<std::filesystem::path> m_folders; ///< without a prefix
    std::map<std::string, std::filesystem::path, std::less<>> m_by_id;
    bool m_indexed = false;
};

/// Reads and compiles one schema. Throws Error usage that names the file and what to do; when it
/// cannot be read, that begins with `what`, which named it. A byte order mark is passed over.
[[nodiscard]] std::shared_ptr<const schema::Schema>
compile_file(const std::filesystem::path& path, const validation::RuleSources& sources,
             SchemaFolders& folders, std::string_view what = "--schema");

/// Reads one rules file. Throws Error usage that names the file and the place in it. The same holds
/// of `what` and of a byte order mark.
[[nodiscard]] std::shared_ptr<const validation::Rules>
read_rules(const std::filesystem::path& path, std::string_view what = "--rules");

/// All that --schema, --rules and --schema-map name; a name in the map is relative to the map's
/// folder, and what is wrong with it begins with the map's line. Throws Error usage: all or
/// nothing.
[[nodiscard]] validation::SchemaSet load_schemas(const validation::RuleSources& sources);

/// The registry of devices; null when none is named. Throws Error usage: all or nothing.
[[nodiscard]] std::shared_ptr<const validation::Registry>
load_registry(const validation::RuleSources& sources);

} // namespace tlm::rulebook
