// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/message_batch.hpp"

#include <string>

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
    batch.clear();
    CHECK(batch.size() == 0);
    batch.add({"e", "f", 1, false, false});
    CHECK(batch[0].topic == "e");
}
