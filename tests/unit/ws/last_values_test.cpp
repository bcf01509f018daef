// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/ws/last_values.hpp"

#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::ws;

namespace {

Record record(std::string_view device, EpochMs received_at, std::string_view data = "{}")
{
    Record result;
    result.device_id = device;
    result.ts = received_at;
    result.received_at = received_at;
    result.data = data;
    return result;
}

std::vector<std::string> newest_first(const LastValues& values)
{
    std::vector<std::string> texts;
    for (auto slot = values.newest(); slot != kNoSlot; slot = values.older(slot)) {
        texts.push_back(values.text(slot));
    }
    return texts;
}

} // namespace

TEST_CASE("last values: the higher offset of a partition wins", "[ws]")
{
    LastValues values{{}};
    CHECK(values.put(record("a", 100, R"({"x":1})"), {0, 5}) == Put::stored);
    CHECK(values.put(record("a", 90, R"({"x":2})"), {0, 4}) == Put::stale);
    CHECK(values.put(record("a", 100, R"({"x":2})"), {0, 5}) == Put::stale);
    CHECK(values.text(0).find(R"("x":1)") != std::string::npos);
    CHECK(values.version() == 1);

    // A device whose clock was set back still shows what it says now.
    CHECK(values.put(record("a", 50, R"({"x":3})"), {0, 6}) == Put::stored);
    CHECK(values.text(0).find(R"("x":3)") != std::string::npos);
    CHECK(values.size() == 1);
}

TEST_CASE("last values: a topic made anew does not freeze what is shown", "[ws]")
{
    LastValues values{{}};
    CHECK(values.put(record("a", 100, R"({"x":1})"), {0, 5'000}) == Put::stored);
    CHECK(values.put(record("a", 200, R"({"x":2})"), {0, 0}) == Put::stored);
    CHECK(values.text(0).find(R"("x":2)") != std::string::npos);
    CHECK(values.put(record("a", 150), {0, 0}) == Put::stale);
    CHECK(values.put(record("a", 150), {0, 1}) == Put::stored); // its offsets count from now on
}

TEST_CASE("last values: between partitions the later received wins", "[ws]")
{
    LastValues values{{}};
    CHECK(values.put(record("a", 200), {3, 10}) == Put::stored);
    CHECK(values.put(record("a", 100), {1, 900}) == Put::stale);
    CHECK(values.put(record("a", 300), {1, 901}) == Put::stored);
    CHECK(values.put(record("a", 250), {3, 11}) == Put::stale);
}

TEST_CASE("last values: devices are chained by their last change", "[ws]")
{
    LastValues values{{}};
    std::int64_t offset = 0;
    for (const auto* device : {"a", "b", "c", "a", "b", "b"}) {
        CHECK(values.put(record(device, 1), {0, ++offset}) == Put::stored);
    }
    const auto texts = newest_first(values);
    REQUIRE(texts.size() == 3);
    CHECK(texts[0].find(R"("deviceId":"b")") != std::string::npos);
    CHECK(texts[1].find(R"("deviceId":"a")") != std::string::npos);
    CHECK(texts[2].find(R"("deviceId":"c")") != std::string::npos);

    CHECK(values.next_changed(0, 0) == 0);
    CHECK(values.next_changed(0, 4) == 1); // only b changed after version 4
    CHECK(values.next_changed(2, 3) == kNoSlot);
    CHECK(values.next_changed(0, 6) == kNoSlot);
}

TEST_CASE("last values: a device beyond the limit is refused, known ones go on", "[ws]")
{
    LastValues values{{.max_devices = 2}};
    CHECK(values.put(record("a", 1), {0, 1}) == Put::stored);
    CHECK(values.put(record("b", 1), {0, 2}) == Put::stored);
    CHECK(values.put(record("c", 1), {0, 3}) == Put::refused);
    CHECK(values.put(record("a", 1), {0, 4}) == Put::stored);
    CHECK(values.size() == 2);
    CHECK(values.version() == 3);
    CHECK_FALSE(values.find("c"));
}

TEST_CASE("last values: a value beyond the limit keeps its envelope only", "[ws]")
{
    LastValues values{{.max_value_bytes = 32}};
    const std::string big = R"({"x":")" + std::string(100, 'y') + R"("})";
    auto reading = record("a", 1767225600000, big);
    reading.seq = 7;
    CHECK(values.put(reading, {0, 1}) == Put::shortened);
    const auto& text = values.text(0);
    CHECK(text.find(R"("seq":7)") != std::string::npos);
    CHECK(text.find(R"("data":{},"dataBytes":108})") != std::string::npos);
    CHECK(values.bytes() == text.size());

    CHECK(values.put(record("a", 1, R"({"x":1})"), {0, 2}) == Put::stored);
    CHECK(values.bytes() == values.text(0).size());
    CHECK(values.text(0).find("dataBytes") == std::string::npos);
}
