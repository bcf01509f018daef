// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/ledger_line.hpp"

using namespace tlm::sim;

TEST_CASE("ledger: one line a message, the digest with all its zeros", "[sim]")
{
    std::string out;
    append_ledger_line(out, {"sim-00001", 1'767'225'600'123, 7, 42, "foobar"});
    CHECK(out == R"({"deviceId":"sim-00001","boot":7,"seq":42,"ts":1767225600123,)"
                 R"("digest":"85944171f73967e8"})");
    out.clear();
    append_ledger_line(out, {"a", -1, 0, 0, ""});
    CHECK(out == R"({"deviceId":"a","boot":0,"seq":0,"ts":-1,"digest":"cbf29ce484222325"})");
    Message message{"a", 0, 0, 0, ""};
    message.fault = "late";
    out.clear();
    append_ledger_line(out, message);
    CHECK(out ==
          R"({"deviceId":"a","boot":0,"seq":0,"ts":0,"digest":"cbf29ce484222325","fault":"late"})");
}
