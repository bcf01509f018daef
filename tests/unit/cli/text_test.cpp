// SPDX-License-Identifier: Apache-2.0
#include "common/cli/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/cli/fixture.hpp"

#include <sstream>

namespace tlm::cli {

TEST_CASE("text: help has the defaults of the start, in 80 columns", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    table.example("prog -n", "What would be done?");
    sample.count = 99; // as parsing would
    const std::string help = help_text(table);
    CHECK(help.find("  -c, --count N               How many. [10]\n") != std::string::npos);
    CHECK(help.find("How. One of fast, safe. [fast]\n") != std::string::npos);
    CHECK(help.find("\nExamples:\n  What would be done?\n    prog -n\n") != std::string::npos);
    CHECK(help.find("generate") == std::string::npos);
    CHECK(help.find("\nMain:\n") < help.find("\nCommon:\n"));
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 80);
    }
}

TEST_CASE("text: scdoc gets its special characters escaped", "[cli]")
{
    OptionTable table("prog", "do something", "");
    std::string value;
    table.add(value, "path", 0, "A_B", "Under_score, *star*, <angle> and \\.");
    const std::string text = man_options(table);
    CHECK(text.find("*--path* _A\\_B_\n\tUnder\\_score, \\*star\\*, \\<angle\\> and \\\\.\n") !=
          std::string::npos);
}

TEST_CASE("text: a help text that begins with a dash is no list in the man page", "[cli]")
{
    OptionTable table("prog", "do something", "");
    std::string value;
    table.add(value, "output", 0, "-", "- writes to standard output - as lines.");
    CHECK(
        man_options(table).find("*--output* _\\-_\n\t\\- writes to standard output - as lines.") !=
        std::string::npos);
}

TEST_CASE("text: quotes in a help text do not end a shell's word", "[cli]")
{
    OptionTable table("prog", "do something", "");
    bool value = false;
    table.add(value, "path", 0, "It's [one] of 0.5x: two");
    CHECK(fish_completion(table).find("-l path -d 'It'\\''s [one] of 0.5x'") != std::string::npos);
    CHECK(zsh_completion(table).find("'(--path)--path[It'\\''s \\[one\\] of 0.5x]'") !=
          std::string::npos);
}

} // namespace tlm::cli
