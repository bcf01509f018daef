// SPDX-License-Identifier: Apache-2.0
#include "common/cli/letters.hpp"
#include "common/cli/option_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/cli/fixture.hpp"

#include <stdexcept>

namespace tlm::cli {

TEST_CASE("option table: a letter means one thing only", "[cli]")
{
    OptionTable table("prog", "do something", "");
    std::string value;
    CHECK_THROWS_AS(table.add(value, "path", 'p', "X", "Help."), std::logic_error); // partitions
    CHECK_THROWS_AS(table.add(value, "password", 'P', "X", "Help."), std::logic_error); // never
    CHECK_THROWS_AS(table.add(value, "verify", 'v', "X", "Help."), std::logic_error);
    CHECK_NOTHROW(table.add(value, "partitions", 'p', "X", "Help."));
    CHECK(long_name_of('h') == "help");
    CHECK(long_name_of('P').empty());
}

TEST_CASE("option table: no letter and no name is registered twice", "[cli]")
{
    std::map<std::string, char> seen;
    for (char letter = '!'; letter <= '~'; ++letter) {
        const std::string name{long_name_of(letter)};
        if (!name.empty()) {
            CHECK(seen.emplace(name, letter).second);
        }
    }
    CHECK(seen.size() == 23);
}

TEST_CASE("option table: names are given once", "[cli]")
{
    OptionTable table("prog", "do something", "");
    bool value = false;
    CHECK_THROWS_AS(table.add(value, "quiet", 0, "Help."), std::logic_error);
    CHECK_THROWS_AS(table.add_option(Option{}), std::logic_error);
}

TEST_CASE("option table: rows stay where they are when the table moves", "[cli]")
{
    Sample sample;
    OptionTable table = sample.table();
    const Option* const row = table.find("topic");
    OptionTable moved = std::move(table);
    CHECK(moved.find("topic") == row);
    REQUIRE(parse_with(moved, {"-v"}).outcome == Outcome::run);
    CHECK(moved.common().verbose);
}

} // namespace tlm::cli
