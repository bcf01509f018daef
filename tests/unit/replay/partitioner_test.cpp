// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/replay/partitioner.hpp"

namespace {

using tlm::replay::explain;
using tlm::replay::KeySample;
using tlm::replay::partition_of;
using tlm::replay::Partitioner;

std::vector<KeySample> samples_of(Partitioner partitioner, int keys, std::int32_t count)
{
    std::vector<KeySample> samples;
    for (int i = 0; i < keys; ++i) {
        const auto key = "pump-" + std::to_string(i);
        samples.push_back({key, partition_of(partitioner, key, count)});
    }
    return samples;
}

// As librdkafka's own partitioner tests and the definitions of the hashes have them.
TEST_CASE("partitioner: known hashes", "[partitioner]")
{
    constexpr std::int32_t kMost = 0x7FFFFFFF;
    // murmur2 of Java: 0xd067cf64 of "kafka", without its sign.
    CHECK(partition_of(Partitioner::murmur2, "kafka", kMost) == 0x5067CF64);
    CHECK(partition_of(Partitioner::murmur2, "giberish123456789", kMost) == 0x0F552B0C);
    // CRC-32's check value is 0xCBF43926.
    CHECK(partition_of(Partitioner::crc32, "123456789", 1'000'000) == 0xCBF43926 % 1'000'000);
    // FNV-1a with 32 bits of "foobar" is 0xBF9CF968; without its sign 0x40630698.
    CHECK(partition_of(Partitioner::fnv1a, "foobar", kMost) == 0x40630698);
}

TEST_CASE("partitioner: enough samples tell", "[partitioner]")
{
    for (const auto partitioner : {Partitioner::murmur2, Partitioner::crc32, Partitioner::fnv1a}) {
        CHECK(explain(samples_of(partitioner, 100, 6), 6) == partitioner);
    }
}

TEST_CASE("partitioner: one record elsewhere and nothing is sure", "[partitioner]")
{
    auto samples = samples_of(Partitioner::murmur2, 100, 6);
    samples.back().partition = (samples.back().partition + 1) % 6;
    CHECK_FALSE(explain(samples, 6));
}

TEST_CASE("partitioner: few keys do not tell, however often they come", "[partitioner]")
{
    auto samples = samples_of(Partitioner::murmur2, 7, 6);
    CHECK_FALSE(explain(samples, 6));
    for (int i = 0; i < 100; ++i) {
        samples.push_back(samples.front());
    }
    CHECK_FALSE(explain(samples, 6));
    CHECK(explain(samples_of(Partitioner::murmur2, 8, 6), 6));
    CHECK_FALSE(explain({}, 6));
}

TEST_CASE("partitioner: one partition needs no proof", "[partitioner]")
{
    CHECK(explain({}, 1));
    CHECK(partition_of(Partitioner::crc32, "any", 1) == 0);
}

} // namespace
