// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;

TEST_CASE("error: the kind decides the exit status", "[base]")
{
    CHECK(usage_error("").exit_status() == ExitStatus::usage);
    CHECK(transient_error("").exit_status() == ExitStatus::failure);
    CHECK(fatal_error("").exit_status() == ExitStatus::failure);
    CHECK(in_doubt_error("").exit_status() == ExitStatus::unconfirmed);
}
