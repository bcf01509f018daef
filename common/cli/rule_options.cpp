// SPDX-License-Identifier: Apache-2.0
#include "common/cli/rule_options.hpp"

#include "common/cli/option_table.hpp"

namespace tlm::cli {

void add_rules(OptionTable& table, validation::RuleSources& sources)
{
    using schema::Draft;
    table.group("What is valid");
    table
        .add(sources.schema, "schema", 0, "FILE",
             "JSON Schema of the payload; without it the guards of the record alone judge.")
        .complete = Complete::file;
    table
        .add(sources.schema_map, "schema-map", 0, "FILE",
             "Choose the schema by topic, tag or field: lines of FIELD PATTERN SCHEMA. Where none "
             "fits, --schema judges.")
        .complete = Complete::file;
    table
        .add(sources.schema_dirs, "schema-dir", 0, "[URI-PREFIX=]DIR",
             "Folder of the documents that schemas refer to: what is behind the prefix, or known "
             "by its $id. Nothing is ever fetched.")
        .complete = Complete::directory;
    table.add_choice(sources.draft, "draft", 0, "DRAFT",
                     "Draft of schemas that do not say theirs in $schema.",
                     {{"4", Draft::v4},
                      {"6", Draft::v6},
                      {"7", Draft::v7},
                      {"2019-09", Draft::v2019_09},
                      {"2020-12", Draft::v2020_12}});
    table.add(sources.assert_formats, "assert-formats", 0,
              "Let 'format' judge; by default it only describes.");
}

} // namespace tlm::cli
