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
    Checkpoint checkpoint{
        {{"--topic", "a\"b"}, {"--to-topic", "c"}}, "id", {{0, {5, 9}}, {12, {0, 0}}}, 7, true};
    CHECK(parse_checkpoint(checkpoint_text(checkpoint), "f") == checkpoint);
    checkpoint = {};
    CHECK(parse_checkpoint(checkpoint_text(checkpoint), "f") == checkpoint);
}

TEST_CASE("checkpoint: what is none is refused whole", "[checkpoint]")
{
    for (
        const auto* text :
        {"", "{}", "[]", R"({"what":{},"id":"b","partitions":{},"records":0})",
         R"({"what":"a","id":"b","partitions":{},"records":0,"done":false})",
         R"({"what":{"a":1},"id":"b","partitions":{},"records":0,"done":false})",
         R"({"what":{},"id":"b","partitions":{},"records":-1,"done":false})",
         R"({"what":{},"id":"b","partitions":{"x":{"next":1,"end":2}},"records":0,"done":false})",
         R"({"what":{},"id":"b","partitions":{"0":{"next":-1,"end":2}},"records":0,"done":false})",
         R"({"what":{},"id":"b","partitions":{"0":{"next":1}},"records":0,"done":false})",
         R"({"what":{},"id":"b","partitions":{"0":1},"records":0,"done":false})",
         R"({"what":{},"id":"b","partitions":{"4294967296":{"next":1,"end":2}},"records":0,"done":false})"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_checkpoint(text, "f"), tlm::Error);
    }
}

TEST_CASE("checkpoint: what another run does otherwise is named", "[checkpoint]")
{
    using tlm::replay::difference;
    const tlm::replay::RunWords was{{"--key", "\"a\""}, {"--topic", "t"}};
    CHECK(difference(was, was).empty());
    CHECK(difference(was, {{"--key", "\"b\""}, {"--topic", "t"}}) == "--key \"b\", was \"a\"");
    CHECK(difference(was, {{"--count", "5"}, {"--topic", "t"}}) ==
          "--count 5, was not given; --key not given, was \"a\"");
}

} // namespace
