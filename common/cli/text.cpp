// SPDX-License-Identifier: Apache-2.0
#include "common/cli/text.hpp"

#include "common/base/error.hpp"
#include "common/cli/config_file.hpp"
#include "common/cli/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tlm::cli {

namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kHelpColumn = 30; ///< where the help of an option begins
constexpr auto kCommonGroup = "Common";

/// Breaks text at blanks into lines of at most `width`; a longer word stands alone.
std::vector<std::string> wrap(std::string_view text, std::size_t width)
{
    std::vector<std::string> lines(1);
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) {
            continue;
        }
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
            lines.emplace_back();
        }
        lines.back() += (lines.back().empty() ? "" : " ");
        lines.back() += word;
    }
    return lines;
}

void append_entry(std::string& out, const std::string& left, std::string_view help)
{
    const auto lines = wrap(help, kColumns - kHelpColumn);
    std::string line = "  " + left;
    auto next = lines.begin();
    if (line.size() + 2 <= kHelpColumn) {
        line.resize(kHelpColumn, ' ');
        line += *next++;
    }
    out += line + '\n';
    for (; next != lines.end(); ++next) {
        out += std::string(kHelpColumn, ' ') + *next + '\n';
    }
}

std::string flags_of(const Option& option)
{
    std::string text = option.letter != 0 ? fmt::format("-{}, --{}", option.letter, option.name)
                                          : fmt::format("    --{}", option.name);
    return option.is_flag() ? text : text + ' ' + option.value_name;
}

} // namespace

std::vector<std::string> groups_in_order(const OptionTable& table)
{
    std::vector<std::string> groups = table.groups();
    groups.emplace_back(kCommonGroup);
    return groups;
}

std::string default_text(const Option& option)
{
    std::string text = option.default_note;
    if (text.empty() && !option.is_flag()) {
        for (const std::string& value : option.default_values) {
            text += (text.empty() ? "" : ", ") + value;
        }
    }
    return text;
}

std::string full_help(const Option& option)
{
    std::string text = option.help;
    if (!option.choices.empty()) {
        text += " One of ";
        for (const std::string& choice : option.choices) {
            text += choice + (choice == option.choices.back() ? "." : ", ");
        }
    }
    if (option.repeatable) {
        text += " May be repeated.";
    }
    if (const auto value = default_text(option); !value.empty()) {
        text += fmt::format(" [{}]", value);
    }
    return text;
}

std::string help_text(const OptionTable& table)
{
    std::string out = fmt::format("usage: {} {}\n", table.program(), table.synopsis());
    std::string sentence = table.one_line() + ".";
    if (sentence[0] >= 'a' && sentence[0] <= 'z') {
        sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
    }
    for (const auto& line : wrap(sentence, kColumns)) {
        out += line + '\n';
    }
    const auto& operands = table.operands();
    if (operands.target != nullptr) {
        out += "\nOperands:\n";
        append_entry(out, operands.name, operands.help);
    }
    for (const std::string& group : groups_in_order(table)) {
        out += fmt::format("\n{}:\n", group);
        for (const Option& option : table.options()) {
            if (option.group == group && !option.hidden) {
                append_entry(out, flags_of(option), full_help(option));
            }
        }
    }
    if (!table.examples().empty()) {
        out += "\nExamples:\n";
        for (const auto& [command, what] : table.examples()) {
            for (const auto& line : wrap(what, kColumns - 2)) {
                out += "  " + line + '\n';
            }
            out += "    " + command + '\n';
        }
    }
    out += fmt::format("\nmore: man {}\n", table.program());
    return out;
}

std::string print_config_text(const OptionTable& table)
{
    std::string out;
    for (const Option& option : table.options()) {
        if (option.argv_only || option.hidden || option.name == "config") {
            continue;
        }
        const auto values = option.show();
        if (values.empty()) {
            out += fmt::format("# {} =  # {}\n", option.name, option.source);
        }
        // A default stays one when the text is read back: some options exclude each other once set.
        const std::string_view comment = option.is_set() ? "" : "# ";
        for (const std::string& value : values) {
            out += fmt::format("{}{} = {}  # {}\n", comment, option.name, quote_config_value(value),
                               option.source);
        }
    }
    return out;
}

std::string generate(const OptionTable& table, std::string_view what)
{
    if (what == "man") {
        return man_options(table);
    }
    if (what == "bash") {
        return bash_completion(table);
    }
    return what == "zsh" ? zsh_completion(table) : fish_completion(table);
}

} // namespace tlm::cli
