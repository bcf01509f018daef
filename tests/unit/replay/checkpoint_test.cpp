// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/checkpoint.hpp"

namespace {

using tlm::replay::Checkpoint;
using tlm::replay::checkpoint_text;
using tlm::replay::parse_checkpoint;

TEST_CASE("checkpoint: comes back as it was", "[checkpoint]")
{
    Checkpoint checkpoint{"replay a\"b to c", "id", {{0, {5, 9}}, {12, {0, 0}}}, true};
    CHECK(parse_checkpoint(checkpoint_text(checkpoint), "f") == checkpoint);
    checkpoint = {};
    CHECK(parse_checkpoint(checkpoint_text(checkpoint), "f") == checkpoint);
}

TEST_CASE("checkpoint: what is none is refused whole", "[checkpoint]")
{
    for (const auto* text :
         {"", "{}", "[]", R"({"what":"a","id":"b","partitions":{}})",
          R"({"what":"a","id":"b","partitions":{"x":{"next":1,"end":2}},"done":false})",
          R"({"what":"a","id":"b","partitions":{"0":{"next":-1,"end":2}},"done":false})",
          R"({"what":"a","id":"b","partitions":{"0":{"next":1}},"done":false})",
          R"({"what":"a","id":"b","partitions":{"0":1},"done":false})",
          R"({"what":"a","id":"b","partitions":{"4294967296":{"next":1,"end":2}},"done":false})"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_checkpoint(text, "f"), tlm::Error);
    }
}

} // namespace
