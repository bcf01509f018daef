// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/ledger_line.hpp"

using namespace tlm::sim;

TEST_CASE("ledger: the digest is FNV-1a of 64 bits", "[sim]")
{
    // Test vectors of the algorithm's authors.
    CHECK(fnv1a("") == 0xCBF29CE484222325ULL);
    CHECK(fnv1a("a") == 0xAF63DC4C8601EC8CULL);
    CHECK(fnv1a("foobar") == 0x85944171F73967E8ULL);
}

TEST_CASE("ledger: one line a message, the digest with all its zeros", "[sim]")
{
    std::string out;
    append_ledger_line(out, {"sim-00001", 1'767'225'600'123, 7, 42, "foobar"});
    CHECK(out == R"({"deviceId":"sim-00001","boot":7,"seq":42,"ts":1767225600123,)"
                 R"("digest":"85944171f73967e8"})");
    out.clear();
    append_ledger_line(out, {"a", -1, 0, 0, ""});
    CHECK(out == R"({"deviceId":"a","boot":0,"seq":0,"ts":-1,"digest":"cbf29ce484222325"})");
}
