// SPDX-License-Identifier: Apache-2.0
#include "common/pgwire/sqlstate.hpp"
#include "tests/support/catch.hpp"

using namespace tlm::pg;

TEST_CASE("sqlstate: what is wrong with a row is the row's fault", "[pgwire]")
{
    for (const auto* state : {"22P02", "22P05", "22003", "22008", "22021", "23502", "23503",
                              "23505", "23514", "44000", "54001", "54000", "P0001"}) {
        CAPTURE(state);
        CHECK(classify(state) == Policy::row);
    }
}

TEST_CASE("sqlstate: infrastructure can never reach the dead letters", "[pgwire]")
{
    for (const auto* state :
         {"53100", "53200", "25006", "58030", "58P01", "XX000", "XX001", "99999", "0A000"}) {
        CAPTURE(state);
        CHECK(classify(state) == Policy::hold);
    }
    for (const auto* state :
         {"", "08006", "08001", "57P01", "57P02", "57P03", "57P05", "53300", "25P03"}) {
        CAPTURE(state);
        CHECK(classify(state) == Policy::reconnect);
    }
    for (const auto* state : {"40001", "40P01", "55P03", "57014"}) {
        CAPTURE(state);
        CHECK(classify(state) == Policy::retry);
    }
    for (const auto* state : {"42P01", "42703", "42804", "3F000"}) {
        CAPTURE(state);
        CHECK(classify(state) == Policy::structure);
    }
    for (const auto* state : {"28P01", "28000", "3D000", "42501", "57P04"}) {
        CAPTURE(state);
        CHECK(classify(state) == Policy::fatal);
    }
    CHECK(classify(kFencedState) == Policy::fenced);
}

TEST_CASE("sqlstate: the refused row is in the context of the COPY", "[pgwire]")
{
    CHECK(copy_line("COPY telemetry, line 3777, column data", "telemetry") == 3777);
    CHECK(copy_line("COPY telemetry, line 1", "telemetry") == 1);
    CHECK(copy_line("COPY telemetry, Zeile 12, Spalte data", "telemetry") == 12);
    CHECK(copy_line("COPY t2, line 5", "t2") == 5);
    CHECK(copy_line("PL/pgSQL function f() line 3 at RAISE\nCOPY t2, line 8", "t2") == 8);
    CHECK(copy_line("JSON data, line 1: {\"a\":\nCOPY t2, line 9, column data", "t2") == 9);
}

TEST_CASE("sqlstate: no row named is not a row guessed", "[pgwire]")
{
    CHECK_FALSE(copy_line("", "t"));
    CHECK_FALSE(copy_line("SQL statement \"SELECT 1\"", "t"));
    CHECK_FALSE(copy_line("PL/pgSQL function f() line 3 at RAISE", "t2"));
    CHECK_FALSE(copy_line("COPY t2", "t2"));
    CHECK_FALSE(copy_line("COPY other, line 4", "t2"));
}
