// SPDX-License-Identifier: Apache-2.0
// How much a remembered device costs: every byte that is allocated counts. Not under a sanitizer,
// whose own operators must stay in place and whose bytes would count.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include "common/validation/column.hpp"
#include "common/validation/device_table.hpp"
#include "common/validation/rate_limiter.hpp"
#include "common/validation/repeat_window.hpp"
#include "common/validation/sequence_window.hpp"
#include "common/validation/skew.hpp"
#include "tests/support/catch.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>
#include <string>

namespace {

std::size_t live_bytes = 0;

} // namespace

void* operator new(std::size_t size)
{
    void* memory = std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    live_bytes += malloc_usable_size(memory);
    return memory;
}

void operator delete(void* memory) noexcept
{
    live_bytes -= malloc_usable_size(memory);
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept
{
    operator delete(memory);
}

using namespace tlm;
using namespace tlm::validation;

namespace {

constexpr std::size_t kDevices = 1'000'000;

/// Bytes a device when kDevices are remembered, each with what `touch` wants of its row.
template <typename Touch>
double bytes_a_device(Touch touch)
{
    const std::size_t before = live_bytes;
    DeviceTable table(kDevices, {1, 2});
    std::string id;
    for (std::size_t i = 0; i < kDevices; ++i) {
        id = "plant-7/line-3:pump-" + std::to_string(i);
        touch(table.visit(id, Standing::unverified).row);
    }
    // Strangers beyond the limit cost nothing.
    for (std::size_t i = 0; i < kDevices / 10; ++i) {
        id = "flood-" + std::to_string(i);
        touch(table.visit(id, Standing::unverified).row);
    }
    REQUIRE(table.size() == kDevices);
    return static_cast<double>(live_bytes - before - id.capacity()) / kDevices;
}

} // namespace

TEST_CASE("memory: a rate limit costs at most 40 bytes a device", "[validation]")
{
    Column<Bucket> buckets;
    const double bytes = bytes_a_device([&](DeviceTable::Row row) { buckets.at(row); });
    WARN("rate limit: " << bytes << " bytes a device");
    CHECK(bytes <= 40);
}

TEST_CASE("memory: rate limit and messages without a seq cost at most 72 bytes a device",
          "[validation]")
{
    Column<Bucket> buckets;
    Column<RepeatWindow> repeats;
    const double bytes = bytes_a_device([&](DeviceTable::Row row) {
        buckets.at(row);
        repeats.at(row);
    });
    WARN("rate limit and repeats: " << bytes << " bytes a device");
    CHECK(bytes <= 72);
}

TEST_CASE("memory: rate limit, sequence and skew cost at most 72 bytes a device", "[validation]")
{
    Column<Bucket> buckets;
    Column<SequenceWindow> sequences;
    Column<Skew> skews;
    const double bytes = bytes_a_device([&](DeviceTable::Row row) {
        buckets.at(row);
        sequences.at(row);
        skews.at(row);
    });
    WARN("rate limit, sequence and skew: " << bytes << " bytes a device");
    CHECK(bytes <= 72);
}

#endif
