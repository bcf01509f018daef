// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/message_batch.hpp"

#include <string>
#include <vector>

using tlm::mqtt2kafka::MessageBatch;

TEST_CASE("message batch: messages come back as they were", "[mqtt2kafka]")
{
    MessageBatch batch;
    const std::string binary("\0\xff", 2);
    batch.add({"a/b", "payload", 1, false, true});
    batch.add({"c", binary, 0, true, false});
    batch.add({"d", "", 2, false, false});
    REQUIRE(batch.size() == 3);
    CHECK(batch[0].topic == "a/b");
    CHECK(batch[0].payload == "payload");
    CHECK(batch[0].dup);
    CHECK(batch[1].payload == binary);
    CHECK(batch[1].retain);
    CHECK(batch[1].qos == 0);
    CHECK(batch[2].payload.empty());
    const std::vector<tlm::Header> properties{{"content-type", "x"}, {"user-a", "b"}};
    batch.add({"p", "{}", 1, false, false, properties, 3});
    batch.add({"d", "", 2, false, false});
    CHECK(batch[2].properties.empty());
    REQUIRE(batch[3].properties.size() == 2);
    CHECK(batch[3].properties[1] == properties[1]);
    CHECK(batch[3].properties_cut == 3);
    CHECK(batch[4].properties.empty());
    batch.clear();
    CHECK(batch.size() == 0);
    batch.add({"e", "f", 1, false, false});
    CHECK(batch[0].topic == "e");
}

TEST_CASE("message batch: views stay while it grows, and large messages fit", "[mqtt2kafka]")
{
    MessageBatch batch;
    for (int round = 0; round < 2; ++round) {
        batch.add({"a", "first", 1, false, false});
        const auto first = batch[0];
        const std::string large(3 * MessageBatch::kBlock, 'x');
        const std::string small(1000, 'y');
        batch.add({"b", large, 1, false, false});
        for (int i = 0; i < 2000; ++i) {
            batch.add({"c", small, 1, false, false});
        }
        CHECK(first.payload == "first");
        CHECK(batch[1].payload == large);
        CHECK(batch[2].payload == small);
        CHECK(batch[2001].topic == "c");
        CHECK(batch[2001].payload == small);
        batch.clear();
    }
}
