// SPDX-License-Identifier: Apache-2.0
// A small table and what tests ask of it.
#pragma once

#include "common/base/error.hpp"
#include "common/cli/option_table.hpp"
#include "common/cli/parse.hpp"
#include "tests/support/temporary_folder.hpp"

#include <map>
#include <string>
#include <vector>

namespace tlm::cli {

struct Sample {
    enum class Mode { fast, safe };

    std::string topic = "none";
    std::vector<std::string> properties{"default=1"};
    std::uint64_t count = 10;
    bool dry_run = false;
    milliseconds linger{250};
    std::uint64_t batch = 65536;
    double factor = 1.5;
    Mode mode = Mode::fast;
    std::optional<std::filesystem::path> file;
    std::optional<EpochMs> from;
    std::vector<std::string> operands;

    OptionTable table()
    {
        OptionTable table("prog", "do something", "[OPTION]... [FILE]...");
        table.group("Main");
        table.add(topic, "topic", 't', "TOPIC", "Topic to read.");
        table.add(properties, "property", 'X', "NAME=VALUE", "Set something.");
        table.add(count, "count", 'c', "N", "How many.", {1, 100});
        table.add(dry_run, "dry-run", 'n', "Do nothing.");
        table.add(linger, "linger", 0, "DURATION", "How long to wait.");
        table.add_size(batch, "batch", 0, "SIZE", "How much.");
        table.add(factor, "factor", 0, "X", "By how much.", {0.0, 2.0});
        table.add_choice<Mode>(mode, "mode", 0, "MODE", "How.",
                               {{"fast", Mode::fast}, {"safe", Mode::safe}});
        table.add(file, "file", 0, "FILE", "Where.");
        table.add_time(from, "from", 0, "TIME", "Since when.");
        table.operands(operands, "FILE", "Files to read.");
        return table;
    }
};

using Variables = std::map<std::string, std::string>;

inline ParseResult parse_with(OptionTable& table, std::vector<const char*> arguments,
                              const Variables& variables = {})
{
    arguments.insert(arguments.begin(), "prog");
    return parse(table, static_cast<int>(arguments.size()), arguments.data(),
                 [&variables](const std::string& name) -> std::optional<std::string> {
                     const auto found = variables.find(name);
                     return found == variables.end() ? std::nullopt
                                                     : std::optional<std::string>{found->second};
                 });
}

/// The text of the usage error that parsing ends in; "no error" when it does not.
inline std::string error_of(OptionTable table, const std::vector<const char*>& arguments,
                            const Variables& variables = {})
{
    try {
        parse_with(table, arguments, variables);
    } catch (const Error& error) {
        return error.kind() == ErrorKind::usage ? error.what() : "an error of another kind";
    }
    return "no error";
}

} // namespace tlm::cli
