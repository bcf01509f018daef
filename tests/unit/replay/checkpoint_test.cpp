// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tools/replay/checkpoint.hpp"

#include <utility>

namespace {

using tlm::replay::Checkpoint;
using tlm::replay::checkpoint_text;
using tlm::replay::parse_checkpoint;

TEST_CASE("checkpoint: comes back as it was", "[checkpoint]")
{
    Checkpoint checkpoint{{{"--topic", "a\"b"}, {"--to-topic", "c"}},
                          "id",
                          "here",
                          {{0, {5, 9, -3, 4}}, {12, {0, 0}}},
                          7,
                          {2, 3},
                          true,
                          true};
    CHECK(parse_checkpoint(checkpoint_text(checkpoint), "f") == checkpoint);
    checkpoint = {};
    CHECK(parse_checkpoint(checkpoint_text(checkpoint), "f") == checkpoint);
}

TEST_CASE("checkpoint: what is none is refused whole", "[checkpoint]")
{
    for (
        const auto* text :
        {"", "{}", "[]", R"({"what":{},"id":"b","cluster":"","partitions":{},"records":0})",
         R"({"what":"a","id":"b","cluster":"","partitions":{},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{"a":1},"id":"b","cluster":"","partitions":{},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{},"id":"b","cluster":"","partitions":{},"records":-1,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{},"id":"b","cluster":"","partitions":{"x":{"next":1,"end":2,"from":0,"to":9}},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{},"id":"b","cluster":"","partitions":{"0":{"next":-1,"end":2,"from":0,"to":9}},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{},"id":"b","cluster":"","partitions":{"0":{"next":1}},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{},"id":"b","cluster":"","partitions":{"0":1},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})",
         R"({"what":{},"id":"b","cluster":"","partitions":{"4294967296":{"next":1,"end":2,"from":0,"to":9}},"records":0,"deleted":0,"truncated":0,"refused":false,"done":false})"}) {
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

TEST_CASE("checkpoint: is of one cluster", "[checkpoint]")
{
    using tlm::replay::require_cluster;
    Checkpoint checkpoint;
    require_cluster(checkpoint, "", "f"); // brokers that do not tell
    CHECK(checkpoint.cluster.empty());
    require_cluster(checkpoint, "here", "f");
    require_cluster(checkpoint, "", "f");
    require_cluster(checkpoint, "here", "f");
    CHECK(checkpoint.cluster == "here");
    CHECK_THROWS_WITH(require_cluster(checkpoint, "there", "f"),
                      "--checkpoint: 'f' is of the Kafka cluster here, and this one is there: name "
                      "another file");
}

TEST_CASE("checkpoint: what is gone meanwhile is counted once", "[checkpoint]")
{
    using tlm::replay::Gone;

    struct Case {
        std::int64_t low, high, next, end;
        Gone gone;
        std::int64_t begins, ends;
    };

    for (const auto& [low, high, next, end, gone, begins, ends] :
         {Case{0, 100, 40, 90, {0, 0}, 40, 90}, Case{60, 100, 40, 90, {20, 0}, 60, 90},
          Case{95, 100, 40, 90, {50, 0}, 90, 90}, Case{0, 70, 40, 90, {0, 20}, 40, 70},
          Case{0, 10, 40, 90, {0, 50}, 40, 40}, Case{0, 100, 95, 90, {0, 0}, 95, 95},
          Case{0, 0, 0, 0, {0, 0}, 0, 0}, Case{50, 60, 40, 90, {10, 30}, 50, 60}}) {
        CAPTURE(low, high, next, end);
        tlm::replay::PartitionPlan plan{0, low, high, low, high};
        Checkpoint::Span span{next, end, 7, 8};
        CHECK(tlm::replay::go_on(plan, span) == gone);
        CHECK(plan.begin == begins);
        CHECK(plan.end == ends);
        CHECK(std::pair{plan.from, plan.to} == std::pair<tlm::EpochMs, tlm::EpochMs>{7, 8});
        CHECK(tlm::replay::go_on(plan, span) == Gone{});
    }
}

} // namespace
