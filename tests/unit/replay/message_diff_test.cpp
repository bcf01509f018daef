// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/message_diff.hpp"

namespace {

using tlm::Message;
using tlm::MessageHeader;
using tlm::replay::message_diff;

TEST_CASE("diff: what changed, beside what did not", "[diff]")
{
    const std::vector<MessageHeader> before{
        {"mqtt-qos", "1"}, {"tlm-reason", "schema"}, {"x", std::nullopt}};
    const std::vector<MessageHeader> after{{"mqtt-qos", "1"}, {"x", std::nullopt}, {"id", "\xff"}};
    CHECK(message_diff({"dlq", 0, 5, 0, {}, "k", R"({"t":"1"})", before},
                       {"raw", 2, 5, 0, {}, "k", R"({"t":1})", after}) ==
          R"(--- "dlq" partition 0 offset 5
+++ "raw" partition 2
 ts: 1970-01-01T00:00:00.000Z
 key: "k"
 header "mqtt-qos": "1"
-header "tlm-reason": "schema"
 header "x": null
-value: "{\"t\":\"1\"}"
+header "id": base64 /w==
+value: "{\"t\":1}"
)");
}

TEST_CASE("diff: nothing steers a terminal", "[diff]")
{
    const auto text = message_diff({.topic = "\x1b[2J", .key = "\x1b", .value = "\u0085"}, {});
    for (const char c : text) {
        CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
    }
}

} // namespace
