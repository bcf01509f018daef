// SPDX-License-Identifier: Apache-2.0
#include "common/cli/option_table.hpp"

#include "common/base/error.hpp"
#include "common/base/units.hpp"
#include "common/cli/letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace tlm::cli {

namespace {

using Values = std::vector<std::string>;

/// Binds `option` to a field that one value of the user fills. `read` gives an optional value.
template <typename Field, typename Read, typename Write>
void bind(Option& option, Field& target, Read read, Write write)
{
    option.set = [&target, read](std::string_view text) {
        auto value = read(text);
        if (!value) {
            return false;
        }
        target = std::move(*value);
        return true;
    };
    option.show = [&target, write] {
        if constexpr (requires { target.has_value(); }) {
            return target ? Values{write(*target)} : Values{};
        } else {
            return Values{write(target)};
        }
    };
}

template <typename T>
auto within(Range<T> range)
{
    return [range](std::optional<T> value) {
        return value && *value >= range.min && *value <= range.max ? value : std::nullopt;
    };
}

/// "a whole number from 1 to 100"; a bound that is the type's own limit is not mentioned.
template <typename T, typename Write>
std::string expectation(std::string_view what, Range<T> range, Write write)
{
    const Range<T> all;
    const bool low = range.min != all.min;
    const bool high = range.max != all.max;
    if (low && high) {
        return fmt::format("{} from {} to {}", what, write(range.min), write(range.max));
    }
    if (low) {
        return fmt::format("{} of at least {}", what, write(range.min));
    }
    if (high) {
        return fmt::format("{} of at most {}", what, write(range.max));
    }
    return std::string{what};
}

std::optional<int> parse_int(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

template <typename Number>
std::string show_number(Number value)
{
    return fmt::format("{}", value);
}

std::optional<bool> parse_bool(std::string_view text)
{
    if (text == "true") {
        return true;
    }
    return text == "false" ? std::optional<bool>{false} : std::nullopt;
}

/// Binds a number-like field; Field is T or optional<T>.
template <typename T, typename Field, typename Read, typename Write>
Option number(Field& target, Option option, std::string_view what, Range<T> range, Read read,
              Write write)
{
    option.expected = expectation(what, range, write);
    const auto check = within(range);
    bind(
        option, target, [read, check](std::string_view text) { return check(read(text)); }, write);
    return option;
}

std::string show_string(const std::string& value)
{
    return value;
}

std::string show_path(const std::filesystem::path& value)
{
    return value.string();
}

template <typename T, typename Write>
Option list(std::vector<T>& target, Option option, Write write)
{
    option.repeatable = true;
    option.set = [&target](std::string_view text) {
        target.emplace_back(std::string{text});
        return true;
    };
    option.clear = [&target] { target.clear(); };
    option.show = [&target, write] {
        Values values;
        for (auto const& value : target) {
            values.push_back(write(value));
        }
        return values;
    };
    return option;
}

template <typename Field>
Option string_like(Field& target, Option option)
{
    bind(
        option, target,
        [](std::string_view text) { return std::optional<std::string>{std::string{text}}; },
        show_string);
    return option;
}

template <typename Field>
Option path_like(Field& target, Option option)
{
    option.complete = Complete::file;
    option.expected = "the name of a file";
    bind(
        option, target,
        [](std::string_view text) {
            return text.empty() ? std::nullopt
                                : std::optional<std::filesystem::path>{std::string{text}};
        },
        show_path);
    return option;
}

/// 0 is the strongest source.
int rank(const Option& option)
{
    if (option.source == "flag") {
        return 0;
    }
    return option.source.compare(0, 12, "environment ") == 0 ? 1 : 2;
}

/// Of --quiet and --verbose the one from the stronger source holds.
void settle(const Option& quiet, const Option& verbose, CommonOptions& common)
{
    if (!common.quiet || !common.verbose) {
        return;
    }
    if (rank(quiet) == rank(verbose)) {
        throw usage_error("--quiet and --verbose exclude each other");
    }
    common.quiet = rank(quiet) < rank(verbose);
    common.verbose = !common.quiet;
}

constexpr std::string_view kDuration = "a duration such as 250ms, 5s or 1h30m";
constexpr std::string_view kWhole = "a whole number";

} // namespace

Option make_option(std::string name, char letter, std::string value_name, std::string help)
{
    Option option;
    option.name = std::move(name);
    option.letter = letter;
    option.value_name = std::move(value_name);
    option.help = std::move(help);
    return option;
}

OptionTable::OptionTable(std::string program, std::string one_line, std::string synopsis)
    : m_program(std::move(program)),
      m_one_line(std::move(one_line)),
      m_synopsis(std::move(synopsis)),
      m_common(std::make_unique<CommonOptions>())
{
    add_common();
}

void OptionTable::add_common()
{
    constexpr auto kGroup = "Common";
    m_group = kGroup;
    CommonOptions& common = *m_common;
    add(common.config, "config", 0, "FILE",
        "Read options from FILE: lines of \"key = value\", keys are the long options.");
    add(common.print_config, "print-config", 0,
        "Print every option with its value and where that came from, and exit.")
        .argv_only = true;
    const Option* const quiet = &add(common.quiet, "quiet", 'q', "Log warnings and errors only.");
    const Option* const verbose = &add(common.verbose, "verbose", 'v', "Log more.");
    add_choice(common.log_format, "log-format", 0, "FORMAT",
               "How log lines look; auto is text, without the time under the journal.",
               std::vector<std::pair<std::string, log::Format>>{{"auto", log::Format::automatic},
                                                                {"text", log::Format::text},
                                                                {"json", log::Format::json}});
    add(common.help, "help", 'h', "Print this help and exit.").argv_only = true;
    add(common.version, "version", 'V', "Print the version and exit.").argv_only = true;
    Option& generate = add(common.generate, "generate", 0, "WHAT", "");
    generate.hidden = true;
    generate.argv_only = true;
    generate.choices = {"man", "bash", "zsh", "fish"};
    generate.expected = "one of man, bash, zsh, fish";
    m_groups.clear(); // groups() are those of the tool: writers put the common ones last
    m_group = "Options";
    check([quiet, verbose, &common] { settle(*quiet, *verbose, common); });
}

void OptionTable::group(std::string title)
{
    m_group = std::move(title);
}

Option& OptionTable::add_option(Option option)
{
    if (option.group.empty()) {
        option.group = m_group;
    }
    if (option.name.empty() || find(option.name) != nullptr) {
        throw std::logic_error("option --" + option.name + " is added twice");
    }
    const auto registered = option.letter == 0 ? option.name : long_name_of(option.letter);
    if (registered != option.name) {
        throw std::logic_error(fmt::format("-{} is not the letter of --{} but of --{}",
                                           option.letter, option.name, registered));
    }
    if (!option.set || !option.show || (option.repeatable && !option.clear)) {
        throw std::logic_error("option --" + option.name + " is not bound to anything");
    }
    if (std::find(m_groups.begin(), m_groups.end(), option.group) == m_groups.end()) {
        m_groups.push_back(option.group);
    }
    option.default_values = option.show();
    return m_options.emplace_back(std::move(option));
}

Option& OptionTable::add(bool& target, std::string name, char letter, std::string help)
{
    Option option = make_option(std::move(name), letter, {}, std::move(help));
    option.expected = "true or false";
    bind(option, target, parse_bool,
         [](bool value) { return std::string{value ? "true" : "false"}; });
    return add_option(std::move(option));
}

Option& OptionTable::add(std::string& target, std::string name, char letter, std::string value_name,
                         std::string help)
{
    return add_option(string_like(
        target, make_option(std::move(name), letter, std::move(value_name), std::move(help))));
}

Option& OptionTable::add(std::optional<std::string>& target, std::string name, char letter,
                         std::string value_name, std::string help)
{
    return add_option(string_like(
        target, make_option(std::move(name), letter, std::move(value_name), std::move(help))));
}

Option& OptionTable::add(std::vector<std::string>& target, std::string name, char letter,
                         std::string value_name, std::string help)
{
    return add_option(
        list(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
             show_string));
}

Option& OptionTable::add(std::filesystem::path& target, std::string name, char letter,
                         std::string value_name, std::string help)
{
    return add_option(path_like(
        target, make_option(std::move(name), letter, std::move(value_name), std::move(help))));
}

Option& OptionTable::add(std::optional<std::filesystem::path>& target, std::string name,
                         char letter, std::string value_name, std::string help)
{
    return add_option(path_like(
        target, make_option(std::move(name), letter, std::move(value_name), std::move(help))));
}

Option& OptionTable::add(std::vector<std::filesystem::path>& target, std::string name, char letter,
                         std::string value_name, std::string help)
{
    Option option = make_option(std::move(name), letter, std::move(value_name), std::move(help));
    option.complete = Complete::file;
    return add_option(list(target, std::move(option), show_path));
}

Option& OptionTable::add(std::uint64_t& target, std::string name, char letter,
                         std::string value_name, std::string help, Range<std::uint64_t> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               kWhole, range, parse_unsigned, show_number<std::uint64_t>));
}

Option& OptionTable::add(std::optional<std::uint64_t>& target, std::string name, char letter,
                         std::string value_name, std::string help, Range<std::uint64_t> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               kWhole, range, parse_unsigned, show_number<std::uint64_t>));
}

Option& OptionTable::add(int& target, std::string name, char letter, std::string value_name,
                         std::string help, Range<int> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               kWhole, range, parse_int, show_number<int>));
}

Option& OptionTable::add(double& target, std::string name, char letter, std::string value_name,
                         std::string help, Range<double> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               "a number", range, parse_number, show_number<double>));
}

Option& OptionTable::add(std::optional<double>& target, std::string name, char letter,
                         std::string value_name, std::string help, Range<double> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               "a number", range, parse_number, show_number<double>));
}

Option& OptionTable::add(milliseconds& target, std::string name, char letter,
                         std::string value_name, std::string help, Range<milliseconds> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               kDuration, range, parse_duration, format_duration));
}

Option& OptionTable::add(std::optional<milliseconds>& target, std::string name, char letter,
                         std::string value_name, std::string help, Range<milliseconds> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               kDuration, range, parse_duration, format_duration));
}

Option& OptionTable::add_size(std::uint64_t& target, std::string name, char letter,
                              std::string value_name, std::string help, Range<std::uint64_t> range)
{
    return add_option(
        number(target, make_option(std::move(name), letter, std::move(value_name), std::move(help)),
               "a size such as 65536, 64Ki or 1M", range, parse_size, format_size));
}

Option& OptionTable::add_time(std::optional<EpochMs>& target, std::string name, char letter,
                              std::string value_name, std::string help)
{
    const EpochMs now = SystemClock{}.wall();
    Option option = make_option(std::move(name), letter, std::move(value_name), std::move(help));
    option.expected = "a time such as 2026-01-01T00:00:00Z, 2026-01-01 or -15m";
    bind(
        option, target, [now](std::string_view text) { return parse_time(text, now); },
        format_rfc3339);
    return add_option(std::move(option));
}

void OptionTable::operands(std::vector<std::string>& target, std::string name, std::string help,
                           Complete complete)
{
    m_operands = {&target, std::move(name), std::move(help), complete};
}

void OptionTable::example(std::string command, std::string what)
{
    m_examples.emplace_back(std::move(command), std::move(what));
}

void OptionTable::check(std::function<void()> function)
{
    m_checks.push_back(std::move(function));
}

void OptionTable::run_checks() const
{
    for (const auto& function : m_checks) {
        function();
    }
}

Option* OptionTable::find(std::string_view name) noexcept
{
    const auto found = std::find_if(m_options.begin(), m_options.end(),
                                    [name](const Option& option) { return option.name == name; });
    return found == m_options.end() ? nullptr : &*found;
}

bool OptionTable::is_set(std::string_view name) const noexcept
{
    return std::any_of(m_options.begin(), m_options.end(), [name](const Option& option) {
        return option.name == name && option.is_set();
    });
}

} // namespace tlm::cli
