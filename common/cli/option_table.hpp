// SPDX-License-Identifier: Apache-2.0
// One table of options a tool: parsing, --help, man page, completions and --print-config read it.
#pragma once

#include "common/base/time.hpp"
#include "common/ops/log.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::cli {

/// What a shell offers as the value of an option, beside its choices.
enum class Complete { none, file, directory };

/// Smallest and largest value that an option takes. (numeric_limits knows nothing of durations.)
template <typename T>
struct Range {
    T min = std::numeric_limits<T>::lowest();
    T max = std::numeric_limits<T>::max();
};

template <>
struct Range<milliseconds> {
    milliseconds min{0};
    milliseconds max = milliseconds::max();
};

/// One row of the table. `set` and `show` are bound to a field of the tool's options struct.
struct Option {
    std::string name;       ///< long, without dashes: also the key in the configuration file
    char letter = 0;        ///< 0: none; else the registered letter of `name` (letters.hpp)
    std::string value_name; ///< empty: a flag
    std::string help;       ///< one or more sentences without the default, which is added
    std::string group;
    std::string expected;                 ///< what a value error says: "a duration such as 5s"
    std::string default_note;             ///< shown as the default where show() says nothing
    std::vector<std::string> choices;     ///< all legal values, or empty
    std::vector<std::string> suggestions; ///< values that a shell offers where others are legal too
    Complete complete = Complete::none;
    bool repeatable = false;
    bool hidden = false;    ///< not in help, man page or completions
    bool argv_only = false; ///< neither environment nor configuration file set it (--help)

    /// Takes one value; throws Error usage, or returns false when it is not `expected`.
    std::function<bool(std::string_view)> set;
    /// The values now, as set() takes them; empty when there is none.
    std::function<std::vector<std::string>()> show;
    /// Repeatable options: forget what a weaker source (the default) said.
    std::function<void()> clear;

    /// Where the value came from: `flag`, `environment TLM_X`, `FILE:LINE`, `default`.
    std::string source = "default";
    /// Its value before parsing, for --help.
    std::vector<std::string> default_values;

    [[nodiscard]] bool is_flag() const noexcept { return value_name.empty(); }

    [[nodiscard]] bool is_set() const noexcept { return source != "default"; }
};

/// A row of its own kind: the caller fills the rest, then gives it to OptionTable::add_option().
[[nodiscard]] Option make_option(std::string name, char letter, std::string value_name,
                                 std::string help);

/// What every tool takes; the table binds it itself.
struct CommonOptions {
    bool help = false;
    bool version = false;
    bool print_config = false;
    bool quiet = false;
    bool verbose = false;
    std::optional<std::filesystem::path> config;
    log::Format log_format = log::Format::automatic;
    std::string generate; ///< man, bash, zsh, fish; hidden, used by the build
};

/// The options of one program. Built once by the tool, then given to run_program(). The fields
/// that options are bound to must outlive the table and not move.
///
/// A table that breaks a rule (a letter that is not registered for the name, a name used twice) is
/// a bug in the tool and throws std::logic_error where the option is added.
class OptionTable {
  public:
    /// `one_line` is the NAME line of the man page: a phrase without a full stop. `synopsis` is
    /// what follows the program's name: `[OPTION]... [FILE]...`.
    OptionTable(std::string program, std::string one_line, std::string synopsis);
    OptionTable(OptionTable&&) noexcept = default;
    OptionTable& operator=(OptionTable&&) noexcept = default;
    ~OptionTable() = default;

    /// The heading of the options added after this.
    void group(std::string title);

    // Adders. The initial value of the field is the documented default. The returned row can be
    // adjusted (complete, default_note, ...) and stays valid.

    Option& add(bool& target, std::string name, char letter, std::string help);
    Option& add(std::string& target, std::string name, char letter, std::string value_name,
                std::string help);
    Option& add(std::optional<std::string>& target, std::string name, char letter,
                std::string value_name, std::string help);
    Option& add(std::vector<std::string>& target, std::string name, char letter,
                std::string value_name, std::string help);
    Option& add(std::filesystem::path& target, std::string name, char letter,
                std::string value_name, std::string help);
    Option& add(std::optional<std::filesystem::path>& target, std::string name, char letter,
                std::string value_name, std::string help);
    Option& add(std::vector<std::filesystem::path>& target, std::string name, char letter,
                std::string value_name, std::string help);
    Option& add(std::uint64_t& target, std::string name, char letter, std::string value_name,
                std::string help, Range<std::uint64_t> range = {});
    Option& add(std::optional<std::uint64_t>& target, std::string name, char letter,
                std::string value_name, std::string help, Range<std::uint64_t> range = {});
    Option& add(int& target, std::string name, char letter, std::string value_name,
                std::string help, Range<int> range = {});
    Option& add(double& target, std::string name, char letter, std::string value_name,
                std::string help, Range<double> range = {});
    Option& add(std::optional<double>& target, std::string name, char letter,
                std::string value_name, std::string help, Range<double> range = {});
    Option& add(milliseconds& target, std::string name, char letter, std::string value_name,
                std::string help, Range<milliseconds> range = {});
    Option& add(std::optional<milliseconds>& target, std::string name, char letter,
                std::string value_name, std::string help, Range<milliseconds> range = {});

    /// Bytes: `64Ki`, `1M`.
    Option& add_size(std::uint64_t& target, std::string name, char letter, std::string value_name,
                     std::string help, Range<std::uint64_t> range = {});

    /// A point in time as parse_time() reads it; `-15m` counts from the start of the program.
    Option& add_time(std::optional<EpochMs>& target, std::string name, char letter,
                     std::string value_name, std::string help);

    /// One of a few words, each standing for a value of the enum.
    template <typename Enum>
    Option& add_choice(Enum& target, std::string name, char letter, std::string value_name,
                       std::string help, const std::vector<std::pair<std::string, Enum>>& values);

    /// Anything else: the caller fills `set` and `show`.
    Option& add_option(Option option);

    /// Whatever is not an option: `name` as in the synopsis. Without this operands are an error.
    void operands(std::vector<std::string>& target, std::string name, std::string help,
                  Complete complete = Complete::file);

    /// Shown in --help: a command line, and what it does.
    void example(std::string command, std::string what);

    /// Checks that concern several options; runs after parsing, throws Error usage.
    void check(std::function<void()> function);

    [[nodiscard]] const std::string& program() const noexcept { return m_program; }

    [[nodiscard]] const std::string& one_line() const noexcept { return m_one_line; }

    [[nodiscard]] const std::string& synopsis() const noexcept { return m_synopsis; }

    [[nodiscard]] const std::vector<std::string>& groups() const noexcept { return m_groups; }

    [[nodiscard]] std::deque<Option>& options() noexcept { return m_options; }

    [[nodiscard]] const std::deque<Option>& options() const noexcept { return m_options; }

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& examples() const noexcept
    {
        return m_examples;
    }

    [[nodiscard]] CommonOptions& common() noexcept { return *m_common; }

    [[nodiscard]] const CommonOptions& common() const noexcept { return *m_common; }

    /// Null where there is none.
    [[nodiscard]] Option* find(std::string_view name) noexcept;

    /// True when the user set it by any source; false also for a name that is not in the table.
    [[nodiscard]] bool is_set(std::string_view name) const noexcept;

    struct Operands {
        std::vector<std::string>* target = nullptr; ///< null: the tool takes none
        std::string name;
        std::string help;
        Complete complete = Complete::none;
    };

    [[nodiscard]] const Operands& operands() const noexcept { return m_operands; }

    void run_checks() const;

  private:
    void add_common();

    std::string m_program;
    std::string m_one_line;
    std::string m_synopsis;
    std::string m_group;
    std::vector<std::string> m_groups;
    std::deque<Option> m_options; ///< a deque: rows stay where they are
    std::vector<std::pair<std::string, std::string>> m_examples;
    std::vector<std::function<void()>> m_checks;
    Operands m_operands;
    std::unique_ptr<CommonOptions> m_common; ///< on the heap: rows point into it, the table moves
};

template <typename Enum>
Option& OptionTable::add_choice(Enum& target, std::string name, char letter, std::string value_name,
                                std::string help,
                                const std::vector<std::pair<std::string, Enum>>& values)
{
    Option option = make_option(std::move(name), letter, std::move(value_name), std::move(help));
    for (const auto& [word, value] : values) {
        option.expected += (option.choices.empty() ? "one of " : ", ") + word;
        option.choices.push_back(word);
    }
    option.set = [&target, values](std::string_view text) {
        for (auto const& [word, value] : values) {
            if (word == text) {
                target = value;
                return true;
            }
        }
        return false;
    };
    option.show = [&target, values] {
        for (auto const& [word, value] : values) {
            if (value == target) {
                return std::vector<std::string>{word};
            }
        }
        return std::vector<std::string>{};
    };
    return add_option(std::move(option));
}

} // namespace tlm::cli
