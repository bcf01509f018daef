// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/capsule.hpp"

using namespace tlm;
using namespace tlm::replay;

TEST_CASE("a capsule says what it was made of")
{
    std::vector<PartitionPlan> plans(2);
    plans[0].partition = 0;
    plans[0].begin = 5;
    plans[0].end = 9;
    plans[1].partition = 3;
    CHECK(
        capsule_head(17, "t\"", plans, "{\n  \"type\": \"object\"\n}\n") ==
        R"({"capsule":1,"createdAt":17,"topic":"t\"","ranges":[{"partition":0,"begin":5,"end":9},)"
        R"({"partition":3,"begin":0,"end":0}],"schema":{"type":"object"}})");
    CHECK(capsule_head(17, "t", {}, "") ==
          R"({"capsule":1,"createdAt":17,"topic":"t","ranges":[]})");
    CHECK_THROWS_WITH(capsule_head(17, "t", {}, "{"), "--schema: the file is not JSON");
}

TEST_CASE("the end of a capsule counts its records")
{
    CapsuleEnd end;
    end.add(30);
    end.add(-1);
    end.add(20);
    CHECK(end == CapsuleEnd{3, 20, 30});
    const auto line = capsule_end(end);
    CHECK(line == R"({"capsuleEnd":{"records":3,"firstTimestamp":20,"lastTimestamp":30}})");
    CapsuleEnd read;
    CHECK(parse_capsule_end(line, read));
    CHECK(read == end);
    CHECK_FALSE(parse_capsule_end(R"({"topic":"t"})", read));
    CHECK_FALSE(parse_capsule_end(R"({"capsuleEnd":{}})", read));
    CHECK_FALSE(parse_capsule_end("", read));
}

TEST_CASE("what is no capsule, or one of a later version, is refused")
{
    CHECK_NOTHROW(check_capsule_head(capsule_head(17, "t", {}, ""), "f"));
    CHECK_THROWS_WITH(check_capsule_head("", "f"),
                      "'f' is compressed, but not a capsule of tlm-replay");
    CHECK_THROWS_WITH(check_capsule_head("[]", "f"),
                      "'f' is compressed, but not a capsule of tlm-replay");
    CHECK_THROWS_WITH(
        check_capsule_head(R"({"capsule":2})", "f"),
        "'f' is a capsule of version 2, of a later tlm-replay; this one reads version 1");
}
