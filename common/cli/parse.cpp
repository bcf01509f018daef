// SPDX-License-Identifier: Apache-2.0
#include "common/cli/parse.hpp"

#include "common/base/error.hpp"
#include "common/base/nearest.hpp"
#include "common/base/version.hpp"
#include "common/cli/config_file.hpp"
#include "common/cli/option_table.hpp"
#include "common/cli/split_argv.hpp"
#include "common/cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

namespace tlm::cli {

namespace {

/// Gives the values of one source to an option. `where` names the source in an error.
void apply(Option& option, const std::vector<std::string>& values, const std::string& source,
           const std::vector<std::string>& where)
{
    if (option.repeatable) {
        option.clear();
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& choices = option.choices;
        const bool legal = choices.empty() ||
                           std::find(choices.begin(), choices.end(), values[i]) != choices.end();
        if (!legal || !option.set(values[i])) {
            throw usage_error(
                fmt::format("{}: '{}' is not {}", where[i], values[i], option.expected));
        }
    }
    option.source = source;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) {
            lines.push_back(line);
        }
    }
    return lines;
}

/// The command line: the strongest source.
void apply_arguments(OptionTable& table, const Arguments& arguments)
{
    for (const auto& [name, values] : arguments.values) {
        Option& option = *table.find(name);
        if (!option.repeatable && values.size() > 1) {
            throw usage_error(
                fmt::format("--{} is given {} times: it takes one value", name, values.size()));
        }
        // As in --topic "$NAME" of a script without that NAME: nobody means the default then.
        if (std::any_of(values.begin(), values.end(), [](const auto& v) { return v.empty(); })) {
            throw usage_error(fmt::format("--{}: the value is empty", name));
        }
        apply(option, values, "flag", std::vector<std::string>(values.size(), "--" + name));
    }
    const auto& operands = table.operands();
    if (operands.target != nullptr) {
        *operands.target = arguments.operands;
    } else if (!arguments.operands.empty()) {
        throw usage_error(fmt::format("unexpected operand '{}': {} takes none",
                                      arguments.operands.front(), table.program()));
    }
}

void apply_environment(OptionTable& table, const Environment& environment)
{
    for (Option& option : table.options()) {
        if (option.argv_only || option.is_set()) {
            continue;
        }
        const std::string variable = environment_name(option.name);
        const auto text = environment(variable);
        if (!text) {
            continue;
        }
        const auto values = option.repeatable ? lines_of(*text) : std::vector<std::string>{*text};
        apply(option, values, "environment " + variable,
              std::vector<std::string>(values.size(), variable));
    }
}

[[noreturn]] void throw_unknown_key(const OptionTable& table, const ConfigEntry& entry)
{
    std::vector<std::string> known;
    for (const Option& option : table.options()) {
        if (!option.argv_only && !option.hidden && option.name != "config") {
            known.push_back(option.name);
        }
    }
    const std::string near = nearest(entry.key, known);
    throw usage_error(fmt::format("{}: unknown key '{}'{}", entry.where, entry.key,
                                  near.empty() ? "" : ": did you mean '" + near + "'?"));
}

void apply_config_file(OptionTable& table, const std::filesystem::path& path)
{
    std::map<Option*, std::vector<ConfigEntry>> entries;
    std::vector<Option*> order;
    for (ConfigEntry& entry : read_config_file(path)) {
        Option* option = table.find(entry.key);
        if (option == nullptr || option->argv_only || option->name == "config") {
            throw_unknown_key(table, entry);
        }
        auto& seen = entries[option];
        if (!seen.empty() && !option->repeatable) {
            throw usage_error(fmt::format("{} {}: given before, at {}", entry.where, entry.key,
                                          seen.front().where));
        }
        if (seen.empty()) {
            order.push_back(option);
        }
        seen.push_back(std::move(entry));
    }
    for (Option* option : order) {
        std::vector<std::string> values;
        std::vector<std::string> where;
        for (const ConfigEntry& entry : entries[option]) {
            values.push_back(entry.value);
            where.push_back(entry.where + " " + entry.key);
        }
        if (!option->is_set()) {
            apply(*option, values, entries[option].front().where, where);
        }
    }
}

} // namespace

std::optional<std::string> process_environment(const std::string& name)
{
    const char* const value =
        std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): before threads
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

std::string environment_name(std::string_view option_name)
{
    std::string name = "TLM_";
    for (const char c : option_name) {
        name += c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return name;
}

ParseResult parse(OptionTable& table, int argc, const char* const* argv,
                  const Environment& environment)
{
    if (asks_for_help(argc, argv)) {
        return {Outcome::done, help_text(table)};
    }
    const Arguments arguments = split_argv(table, argc, argv);
    if (arguments.values.count("help") != 0) {
        return {Outcome::done, help_text(table)};
    }
    if (arguments.values.count("version") != 0) {
        return {Outcome::done, fmt::format("{} {}\n", table.program(), version())};
    }
    if (const auto found = arguments.values.find("generate"); found != arguments.values.end()) {
        apply(*table.find("generate"), found->second, "flag",
              std::vector<std::string>(found->second.size(), "--generate"));
        return {Outcome::done, generate(table, table.common().generate)};
    }
    apply_arguments(table, arguments);
    apply_environment(table, environment);
    if (table.common().config) {
        apply_config_file(table, *table.common().config);
    }
    if (table.common().print_config) {
        return {Outcome::done, print_config_text(table)};
    }
    table.run_checks();
    return {};
}

} // namespace tlm::cli
