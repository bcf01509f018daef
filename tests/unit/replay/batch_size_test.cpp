// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/batch_size.hpp"

#include <string>
#include <vector>

namespace {

using tlm::Message;
using tlm::MessageHeader;
using tlm::replay::lone_batch_size;

// tests/e2e/replay-topic measures the same at a real Kafka's limit.
TEST_CASE("batch_size: a record alone in its batch", "[batch_size]")
{
    // Null key and value, no headers: 61 bytes of batch, a length, and 3 + 1 + 1 + 1 of record.
    CHECK(lone_batch_size({}) == 68);
    CHECK(lone_batch_size({.key = "", .value = ""}) == 68);
    CHECK(lone_batch_size({.key = "k", .value = "val"}) == 72);
    const std::vector<MessageHeader> headers{{"a", "1"}, {"b", std::nullopt}, {"", ""}};
    CHECK(lone_batch_size({.headers = headers}) == 68 + 4 + 3 + 2);
}

TEST_CASE("batch_size: lengths grow by a byte at 64 and 8192", "[batch_size]")
{
    const auto with_value = [](std::size_t size) {
        const std::string value(size, 'v');
        return lone_batch_size({.value = value});
    };
    // The record's own length passes the same steps, six bytes earlier.
    CHECK(with_value(57) == 68 + 57);
    CHECK(with_value(58) == 68 + 58 + 1);
    CHECK(with_value(63) == 68 + 63 + 1);
    CHECK(with_value(64) == 68 + 64 + 2);
    CHECK(with_value(8'184) == 68 + 8'184 + 2);
    CHECK(with_value(8'185) == 68 + 8'185 + 3);
    CHECK(with_value(8'191) == 68 + 8'191 + 3);
    CHECK(with_value(8'192) == 68 + 8'192 + 4);
}

} // namespace
