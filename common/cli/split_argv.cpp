// SPDX-License-Identifier: Apache-2.0
#include "common/cli/split_argv.hpp"

#include "common/base/error.hpp"
#include "common/base/nearest.hpp"
#include "common/cli/option_table.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tlm::cli {

namespace {

using CLI::ArgumentMismatch;
using CLI::ParseError;

/// True when the next argument is the value of this one, so that it is not looked into.
bool takes_next(const OptionTable& table, std::string_view argument)
{
    return std::any_of(
        table.options().begin(), table.options().end(), [argument](const Option& option) {
            return !option.is_flag() &&
                   (argument == "--" + option.name ||
                    (option.letter != 0 && argument == std::string{'-', option.letter}));
        });
}

/// CLI11 takes the argument after `--name=` for its value: give it the empty one explicitly.
std::vector<std::string> with_empty_values(const OptionTable& table, int argc,
                                           const char* const* argv)
{
    std::vector<std::string> arguments;
    bool is_value = false;
    bool is_operand = false;
    for (int i = 1; i < argc; ++i) {
        std::string argument = argv[i];
        is_operand = is_operand || (!is_value && argument == "--");
        const bool name_only = !is_value && !is_operand && argument.size() > 3 &&
                               argument.compare(0, 2, "--") == 0 && argument.back() == '=';
        if (name_only && takes_next(table, argument.substr(0, argument.size() - 1))) {
            argument.pop_back();
            arguments.push_back(std::move(argument));
            arguments.emplace_back();
            continue;
        }
        is_value = !is_value && !is_operand && takes_next(table, argument);
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

/// The error for the first argument that looks like an option and is none.
Error unknown_option(const OptionTable& table, const std::string& argument)
{
    const std::string shown = argument.substr(0, argument.find('='));
    std::vector<std::string> known;
    for (const Option& option : table.options()) {
        if (!option.hidden) {
            known.push_back(option.name);
        }
    }
    const bool is_long = shown.compare(0, 2, "--") == 0;
    const std::string near = is_long ? nearest(shown.substr(2), known) : std::string{};
    return usage_error(fmt::format("unknown option {}{}", shown,
                                   near.empty() ? "" : ": did you mean --" + near + "?"));
}

/// CLI11 leaves operands and unknown options in the order given, with the `--` between.
std::vector<std::string> operands_of(const OptionTable& table, const std::vector<std::string>& rest)
{
    std::vector<std::string> operands;
    bool options_ended = false;
    for (const std::string& argument : rest) {
        if (!options_ended && argument == "--") {
            options_ended = true;
            continue;
        }
        if (!options_ended && argument.size() > 1 && argument.front() == '-') {
            throw unknown_option(table, argument);
        }
        operands.push_back(argument);
    }
    return operands;
}

void add_row(CLI::App& app, const Option& option)
{
    std::string names = "--" + option.name;
    if (option.letter != 0) {
        names = std::string{'-', option.letter} + "," + names;
    }
    CLI::Option* const added = option.is_flag() ? app.add_flag(names) : app.add_option(names);
    added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

} // namespace

bool asks_for_help(int argc, const char* const* argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--") {
            return false;
        }
        if (argument == "-h" || argument == "--help") {
            return true;
        }
    }
    return false;
}

Arguments split_argv(const OptionTable& table, int argc, const char* const* argv)
{
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    for (const Option& option : table.options()) {
        add_row(app, option);
    }

    std::vector<std::string> arguments = with_empty_values(table, argc, argv);
    std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants them
    try {
        app.parse(arguments);
    } catch (const ArgumentMismatch& error) {
        const std::string_view what = error.what(); // "--name: 1 required ..."
        throw usage_error(fmt::format("{}: its value is missing", what.substr(0, what.find(':'))));
    } catch (const ParseError& error) {
        throw usage_error(error.what());
    }
    Arguments result;
    for (const Option& option : table.options()) {
        const auto& values = app.get_option("--" + option.name)->results();
        if (!values.empty()) {
            result.values.emplace(option.name, values);
        }
    }
    result.operands = operands_of(table, app.remaining());
    return result;
}

} // namespace tlm::cli
