// SPDX-License-Identifier: Apache-2.0
#include "common/base/hash.hpp"
#include "tests/support/catch.hpp"

using namespace tlm;

TEST_CASE("hash: FNV-1a as published", "[base]")
{
    CHECK(fnv1a("") == 0xCBF29CE484222325ULL);
    CHECK(fnv1a("a") == 0xAF63DC4C8601EC8CULL);
    CHECK(fnv1a("foobar") == 0x85944171F73967E8ULL);
}
