// SPDX-License-Identifier: Apache-2.0
#include "common/pgwire/identifier.hpp"
#include "tests/support/catch.hpp"

using namespace tlm::pg;

TEST_CASE("identifier: names that need no quotes are taken and quoted all the same", "[pgwire]")
{
    REQUIRE(parse_table_name("telemetry"));
    CHECK(parse_table_name("telemetry")->quoted() == "\"telemetry\"");
    CHECK(parse_table_name("_s1.t_2")->quoted() == "\"_s1\".\"t_2\"");
    CHECK(parse_table_name(std::string(63, 'a')));
}

TEST_CASE("identifier: everything else is refused", "[pgwire]")
{
    for (const auto* text : {"", ".", "a.", ".a", "a.b.c", "1a", "A", "a b", "a\"b", "a;drop", "ä",
                             "a-b", "a'", "a.B"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_table_name(text));
    }
    CHECK_FALSE(parse_table_name(std::string(64, 'a')));
}

TEST_CASE("identifier: a literal cannot be left by quotes or backslashes", "[pgwire]")
{
    CHECK(sql_literal("a") == "'a'");
    CHECK(sql_literal("o'clock") == "'o''clock'");
    CHECK(sql_literal("a\\'b") == "E'a\\\\''b'");
}
