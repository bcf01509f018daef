// SPDX-License-Identifier: Apache-2.0
#include "common/record/record.hpp"
#include "tests/support/catch.hpp"
#include "tools/sim/payload.hpp"

using namespace tlm;
using namespace tlm::sim;

namespace {

std::string small(std::size_t pad_to, std::uint64_t key = 1)
{
    Payload payload{pad_to};
    payload.begin(1'000, 7, 42);
    payload.metric("a", 21.5);
    return std::string{payload.finish(key)};
}

} // namespace

TEST_CASE("payload: time and identity first, then the metrics", "[sim]")
{
    Payload payload;
    payload.begin(1'767'225'600'123, 7, 42);
    payload.metric("temp_c", 21.5);
    payload.metric("rpm", 1'480);
    payload.metric("tiny", 1e-9);
    CHECK(payload.finish(0) ==
          R"({"ts":1767225600123,"boot":7,"seq":42,"temp_c":21.5,"rpm":1480,"tiny":1e-09})");
}

TEST_CASE("payload: padding gives exactly the size, and none is needed at it", "[sim]")
{
    const std::string plain = small(0);
    CHECK(plain == R"({"ts":1000,"boot":7,"seq":42,"a":21.5})");
    for (std::size_t size = 0; size < 200; ++size) {
        const auto padded = small(size);
        CHECK(padded.size() == std::max(size, plain.size()));
        CHECK(padded.starts_with(plain.substr(0, plain.size() - 1)));
    }
    CHECK(small(100) == small(100));
    CHECK(small(100, 1) != small(100, 2));
}

TEST_CASE("payload: the bridge's reader accepts it at any size", "[sim]")
{
    PayloadReader reader;
    for (const std::size_t size : {0, 40, 47, 48, 49, 200, 1'000}) {
        const auto bytes = small(size);
        const auto verdict = reader.read("sim-00001", bytes, 2'000);
        const auto* const record = std::get_if<Record>(&verdict);
        REQUIRE(record != nullptr);
        CHECK(record->ts == 1'000);
        CHECK(record->boot == 7);
        CHECK(record->seq == 42);
        CHECK(record->data == bytes);
    }
}
