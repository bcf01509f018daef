// SPDX-License-Identifier: Apache-2.0
#include "common/cli/rule_options.hpp"

#include "common/base/error.hpp"
#include "common/cli/option_table.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::cli {

namespace {

/// A row whose value is a word of its own: shown as it was written.
Option word(std::string name, std::string value_name, std::string help, std::string expected)
{
    Option option = make_option(std::move(name), 0, std::move(value_name), std::move(help));
    option.expected = std::move(expected);
    return option;
}

void add_limit(OptionTable& table, std::optional<validation::Rate>& limit)
{
    Option option = word("limit", "RATE",
                         "How much a device may send in the long run and at once: 10/s,burst=50. "
                         "What is beyond is rate_limited.",
                         "a rate such as 10/s or 600/h,burst=20");
    option.default_note = "no limit";
    const auto text = std::make_shared<std::string>();
    option.set = [&limit, text](std::string_view given) {
        limit = validation::parse_rate(given);
        *text = given;
        return limit.has_value();
    };
    option.show = [text] {
        return text->empty() ? std::vector<std::string>{} : std::vector<std::string>{*text};
    };
    table.add_option(std::move(option));
}

void add_on_invalid(OptionTable& table, validation::OnInvalidPolicy& policy)
{
    Option option = word("on-invalid", "[REASON=]WHAT",
                         "What becomes of a record that is not valid: dlq, a dead letter; drop, "
                         "nothing; mark, it goes on with the member 'invalid'; pass, it goes on. "
                         "With REASON= for that reason alone.",
                         "dlq, drop, mark or pass, or REASON=WHAT");
    option.repeatable = true;
    option.default_note = "dlq";
    const auto texts = std::make_shared<std::vector<std::string>>();
    option.set = [&policy, texts](std::string_view given) {
        texts->emplace_back(given);
        return policy.set(given);
    };
    option.show = [texts] { return *texts; };
    option.clear = [&policy, texts] {
        policy = {};
        texts->clear();
    };
    table.add_option(std::move(option));
}

void add_flood_cap(OptionTable& table, validation::FloodCapSettings& flood)
{
    Option option = word("flood-cap", "repeats|RATE",
                         "Cap the dead letters of one device and reason: repeats, a copy of the "
                         "last one is counted and not written, which loses nothing; with a RATE "
                         "what is beyond it is counted too, and its bytes are lost.",
                         "repeats, or a rate such as 10/m or 1/s,burst=100");
    option.default_note = "all are written";
    const auto text = std::make_shared<std::string>();
    option.set = [&flood, text](std::string_view given) {
        *text = given;
        flood.limit = given == "repeats" ? std::nullopt : validation::parse_rate(given);
        flood.repeats = given == "repeats" || flood.limit;
        return flood.repeats;
    };
    option.show = [text] {
        return text->empty() ? std::vector<std::string>{} : std::vector<std::string>{*text};
    };
    table.add_option(std::move(option));
}

void add_devices(OptionTable& table, validation::StageSettings& stage)
{
    constexpr std::uint64_t kFewest = 8;
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30U;
    table.add(stage.skew, "skew", 0,
              "Estimate how far the clock of each device is off; metrics and the last lines of the "
              "log say how many and which are worst.");
    table.add(stage.max_devices, "max-devices", 0, "N",
              "Remember so many devices. Beyond, the longest silent is forgotten, strangers first.",
              {kFewest, kMost});
}

void add_stage(OptionTable& table, validation::StageSettings& stage)
{
    using validation::UnknownDevice;
    table.add_choice(stage.unknown_device, "unknown-device", 0, "WHAT",
                     "A device that the registry does not have: nothing, the tag tlm-device, or "
                     "unknown_device.",
                     {{"pass", UnknownDevice::pass},
                      {"mark", UnknownDevice::mark},
                      {"reject", UnknownDevice::reject}});
    add_limit(table, stage.limit);
    table.add(stage.sequence, "sequence", 0,
              "Watch seq and boot of each device: what came before is a duplicate; gaps and "
              "disorder are counted. Without a seq, ts and content tell a duplicate.");
    table.add(stage.tag_order, "tag-order", 0,
              "With --sequence: a record behind a gap or out of order gets the tag tlm-order.");
    table
        .add(stage.ts.max_age, "max-age", 0, "DURATION",
             "A ts that is longer ago, by receivedAt, is ts_too_old.")
        .default_note = "any age";
    table
        .add(stage.ts.max_ahead, "max-ahead", 0, "DURATION",
             "A ts that is further ahead of receivedAt is ts_in_future.")
        .default_note = "any";
    add_devices(table, stage);
    add_on_invalid(table, stage.on_invalid);
}

/// An option that says nothing without one of others.
struct Leaning {
    const Option* option;
    std::vector<const Option*> on;
    bool on_schemas; ///< schemas that are named elsewhere will do
};

/// Rows stay where they are when the table moves.
std::vector<Leaning> leanings(OptionTable& table)
{
    using Names = std::vector<std::string_view>;
    const Names schemas{"schema", "schema-map"};
    const Names judges{"schema", "schema-map", "rules",   "registry",
                       "limit",  "sequence",   "max-age", "max-ahead"};
    const Names memories{"limit", "sequence", "skew", "rules", "schema-map"};
    const std::vector<std::pair<std::string_view, Names>> all{
        {"schema-dir", schemas},          {"draft", schemas},          {"assert-formats", schemas},
        {"unknown-device", {"registry"}}, {"tag-order", {"sequence"}}, {"max-devices", memories},
        {"on-invalid", judges},
    };
    std::vector<Leaning> found;
    for (const auto& [name, on] : all) {
        Leaning& leaning = found.emplace_back(Leaning{table.find(name), {}, on == schemas});
        for (const auto& other : on) {
            leaning.on.push_back(table.find(other));
        }
    }
    return found;
}

void require_support(const std::vector<Leaning>& options, bool has_other_schemas)
{
    const auto is_set = [](const Option* option) { return option->is_set(); };
    for (const Leaning& one : options) {
        if (!one.option->is_set() || std::any_of(one.on.begin(), one.on.end(), is_set) ||
            (one.on_schemas && has_other_schemas)) {
            continue;
        }
        std::string names;
        for (const auto* const other : one.on) {
            const bool last = other == one.on.back();
            names += (names.empty() ? "--" : last ? " or --" : ", --") + other->name;
        }
        throw usage_error("--" + one.option->name + " says nothing without " + names);
    }
}

} // namespace

void add_rules(OptionTable& table, validation::RuleSources& sources,
               validation::StageSettings& stage, validation::FloodCapSettings& flood,
               std::function<bool()> other_schemas)
{
    using schema::Draft;
    table.group("What is valid");
    table
        .add(sources.schema, "schema", 0, "FILE",
             "JSON Schema of the payload; without it the guards of the record alone judge.")
        .complete = Complete::file;
    table
        .add(
            sources.rules, "rules", 0, "FILE",
            "Rules beside the schema, see tlm-validation(5): ranges, steps and stuck values, units "
            "and decimals.")
        .complete = Complete::file;
    table
        .add(sources.schema_map, "schema-map", 0, "FILE",
             "Choose the schema by topic, tag or field: lines of FIELD PATTERN SCHEMA [RULES]. "
             "Where none "
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
    table
        .add(sources.registry, "registry", 0, "FILE",
             "Devices and their tags, CSV or NDJSON, see tlm-validation(5): the tags are added.")
        .complete = Complete::file;
    add_stage(table, stage);
    add_flood_cap(table, flood);
    table.check([options = leanings(table), elsewhere = std::move(other_schemas)] {
        require_support(options, elsewhere && elsewhere());
    });
}

} // namespace tlm::cli
