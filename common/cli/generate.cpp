// SPDX-License-Identifier: Apache-2.0
#include "common/cli/option_table.hpp"
#include "common/cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlm::cli {

namespace {

/// scdoc gives meaning to \ _ * and, at the start of a line, to a few others.
std::string scdoc_escape(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const bool begins_list = out.empty() && (c == '-' || c == '.');
        if (begins_list || c == '\\' || c == '_' || c == '*' || c == '<' || c == '>' || c == '#' ||
            c == '[') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string join(const std::vector<std::string>& words, std::string_view separator)
{
    std::string out;
    for (const std::string& word : words) {
        out += (out.empty() ? std::string{} : std::string{separator}) + word;
    }
    return out;
}

/// A word of a shell in single quotes.
std::string single_quoted(std::string_view text)
{
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    }
    return out + '\'';
}

/// The name of a shell function for this program.
std::string function_name(const std::string& program)
{
    std::string name = "_" + program;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

/// The first sentence or clause: completions have one line. A mark ends it only before a space, for
/// there are numbers and URLs in the text.
std::string brief(const Option& option)
{
    const std::string_view help = option.help;
    std::size_t end = 0;
    do {
        end = std::min(help.find_first_of(".;:", end + 1), help.size());
    } while (end + 1 < help.size() && help[end + 1] != ' ');
    return std::string{help.substr(0, end)};
}

bool completes_operands(const OptionTable& table, Complete complete)
{
    return table.operands().target != nullptr && table.operands().complete == complete;
}

/// The values that a shell offers, with spaces between them.
std::string words(const Option& option)
{
    return join(option.choices.empty() ? option.suggestions : option.choices, " ");
}

std::string bash_values(const Option& option)
{
    const auto values = words(option);
    if (!values.empty()) {
        return fmt::format("mapfile -t COMPREPLY < <(compgen -W {} -- \"$cur\")",
                           single_quoted(values));
    }
    if (option.complete == Complete::directory) {
        return "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); compopt -o filenames";
    }
    if (option.complete == Complete::file) {
        return "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); compopt -o filenames";
    }
    return "COMPREPLY=()";
}

/// A description inside a zsh _arguments specification.
std::string zsh_escape(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

std::string zsh_value(const Option& option)
{
    if (option.is_flag()) {
        return {};
    }
    std::string action = " ";
    if (const auto values = words(option); !values.empty()) {
        action = "(" + values + ")";
    } else if (option.complete != Complete::none) {
        action = option.complete == Complete::directory ? "_directories" : "_files";
    }
    return fmt::format(":{}:{}", zsh_escape(option.value_name), action);
}

std::string zsh_line(const Option& option, const std::string& flag, const std::string& exclude)
{
    const std::string repeat = option.repeatable ? "*" : "(" + exclude + ")";
    const std::string suffix = option.is_flag() ? "" : flag.compare(0, 2, "--") == 0 ? "=" : "+";
    return single_quoted(repeat + flag + suffix + "[" + zsh_escape(brief(option)) + "]" +
                         zsh_value(option));
}

} // namespace

std::string man_options(const OptionTable& table)
{
    std::string out;
    for (const std::string& group : groups_in_order(table)) {
        out += fmt::format("## {}\n\n", group);
        for (const Option& option : table.options()) {
            if (option.group != group || option.hidden) {
                continue;
            }
            out += option.letter != 0 ? fmt::format("*-{}*, *--{}*", option.letter, option.name)
                                      : fmt::format("*--{}*", option.name);
            if (!option.is_flag()) {
                out += fmt::format(" _{}_", scdoc_escape(option.value_name));
            }
            out += fmt::format("\n\t{}\n\n", scdoc_escape(full_help(option)));
        }
    }
    return out;
}

std::string bash_completion(const OptionTable& table)
{
    std::vector<std::string> flags;
    std::string cases;
    for (const Option& option : table.options()) {
        if (option.hidden) {
            continue;
        }
        const std::string letter =
            option.letter != 0 ? std::string{'-', option.letter} : std::string{};
        if (!letter.empty()) {
            flags.push_back(letter);
        }
        flags.push_back("--" + option.name);
        if (!option.is_flag()) {
            cases +=
                fmt::format("    {}--{})\n        {}\n        return\n        ;;\n",
                            letter.empty() ? "" : letter + " | ", option.name, bash_values(option));
        }
    }
    const std::string operands =
        completes_operands(table, Complete::file)
            ? "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); compopt -o filenames"
            : "COMPREPLY=()";
    return fmt::format(R"(# bash completion for {0}
{1}()
{{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    # bash splits --name=value at the sign
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    case $prev in
{2}    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W {3} -- "$cur")
    else
        {4}
    fi
}}
complete -F {1} {0}
)",
                       table.program(), function_name(table.program()), cases,
                       single_quoted(join(flags, " ")), operands);
}

std::string zsh_completion(const OptionTable& table)
{
    std::string out = fmt::format("#compdef {}\n\n_arguments -s -S", table.program());
    for (const Option& option : table.options()) {
        if (option.hidden) {
            continue;
        }
        const std::string name = "--" + option.name;
        if (option.letter == 0) {
            out += " \\\n    " + zsh_line(option, name, name);
            continue;
        }
        const std::string letter{'-', option.letter};
        std::string exclude = letter;
        exclude += " " + name;
        out += " \\\n    " + zsh_line(option, letter, exclude);
        out += " \\\n    " + zsh_line(option, name, exclude);
    }
    if (table.operands().target != nullptr) {
        out += fmt::format(" \\\n    '*:{}:{}'", zsh_escape(table.operands().name),
                           completes_operands(table, Complete::file) ? "_files" : " ");
    }
    return out + "\n";
}

std::string fish_completion(const OptionTable& table)
{
    std::string out = fmt::format("# fish completion for {}\n", table.program());
    if (!completes_operands(table, Complete::file)) {
        out += fmt::format("complete -c {} -f\n", table.program());
    }
    for (const Option& option : table.options()) {
        if (option.hidden) {
            continue;
        }
        out += fmt::format("complete -c {}", table.program());
        if (option.letter != 0) {
            out += fmt::format(" -s {}", option.letter);
        }
        out += " -l " + option.name;
        if (const auto values = words(option); !values.empty()) {
            out += " -x -a " + single_quoted(values);
        } else if (option.complete == Complete::directory) {
            out += " -x -a '(__fish_complete_directories)'";
        } else if (option.complete == Complete::file) {
            out += " -r -F";
        } else if (!option.is_flag()) {
            out += " -x";
        }
        out += " -d " + single_quoted(brief(option)) + "\n";
    }
    return out;
}

} // namespace tlm::cli
