// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/store/batch.hpp"

#include <array>
#include <map>

using namespace tlm;
using store::Advance;
using store::Batch;
using store::SlicePlan;

namespace {

/// Adds a record of `device` at `ts`, as partition and offset say.
void add(Batch& batch, std::string_view device, EpochMs ts, std::int32_t partition = 0,
         std::int64_t offset = 0)
{
    const std::string value = R"({"tags":{"a":1},"data":{"x":)" + std::to_string(ts) + "}}";
    Input input{value, device, 0, {"t", partition, offset}, false};
    Record record;
    record.device_id = device;
    record.ts = ts;
    record.tags = std::string_view{value}.substr(8, 7);
    record.data = std::string_view{value}.substr(23, value.size() - 24);
    batch.add(record, input);
}

} // namespace

TEST_CASE("batch: keeps its own copy of every byte", "[store]")
{
    Batch batch;
    add(batch, "pump-1", 5);
    add(batch, "pump-2", 77);
    const auto& row = batch.row(1);
    CHECK(batch.value(row) == R"({"tags":{"a":1},"data":{"x":77}})");
    CHECK(batch.key(row) == "pump-2");
    CHECK(batch.device(row) == "pump-2");
    CHECK(batch.tags(row) == R"({"a":1})");
    CHECK(batch.data(row) == R"({"x":77})");
    CHECK(batch.bytes() >= batch.value(row).size() * 2);
}

TEST_CASE("batch: what makes no row counts as an item", "[store]")
{
    Batch batch;
    add(batch, "pump-1", 5);
    batch.skip(0, 1);
    batch.skip(0, 2);
    CHECK(batch.size() == 1);
    CHECK(batch.items() == 3);
    batch.clear();
    CHECK(batch.items() == 0);
}

TEST_CASE("batch: a record without tags has none", "[store]")
{
    Batch batch;
    const std::string value = "{}";
    Record record;
    record.device_id = "d";
    record.data = value;
    batch.add(record, Input{value, {}, 0, {}, false});
    CHECK(batch.tags(batch.row(0)).empty());
    CHECK(batch.data(batch.row(0)) == "{}");
}

TEST_CASE("batch: rows are ordered by device and time, arrival breaks ties", "[store]")
{
    Batch batch;
    add(batch, "b", 2);   // 0
    add(batch, "a", 9);   // 1
    add(batch, "b", 1);   // 2
    add(batch, "B", 5);   // 3: bytewise, capitals first
    add(batch, "a", 9);   // 4
    add(batch, "a-1", 0); // 5
    CHECK(batch.order(0, 6) == std::vector<std::uint32_t>{3, 1, 4, 5, 2, 0});
    CHECK(batch.order(1, 3) == std::vector<std::uint32_t>{1, 2});
    batch.refuse(1);
    CHECK(batch.order(0, 6) == std::vector<std::uint32_t>{3, 4, 5, 2, 0});
}

TEST_CASE("batch: offsets of refused rows count as done", "[store]")
{
    Batch batch;
    add(batch, "a", 1, 0, 10);
    add(batch, "a", 2, 1, 7);
    add(batch, "a", 3, 0, 12); // 11 was compacted away
    batch.refuse(2);
    CHECK(batch.advances(0, 3) == std::vector<Advance>{{0, 10, 13}, {1, 7, 8}});
    CHECK(batch.advances(0, 1) == std::vector<Advance>{{0, 10, 11}});
    CHECK(batch.advances(1, 3) == std::vector<Advance>{{0, 12, 13}, {1, 7, 8}});
}

TEST_CASE("batch: items without a row move offsets with the rows around them", "[store]")
{
    Batch batch;
    batch.skip(0, 1);
    add(batch, "a", 1, 0, 2);
    batch.skip(0, 3);
    add(batch, "a", 1, 0, 4);
    batch.skip(0, 5);
    CHECK(batch.advances(0, 1) == std::vector<Advance>{{0, 1, 3}});
    CHECK(batch.advances(1, 2) == std::vector<Advance>{{0, 3, 6}});
    CHECK(batch.advances(0, 2) == std::vector<Advance>{{0, 1, 6}});
    CHECK_FALSE(batch.empty());
}

TEST_CASE("batch: only items without rows are still something to commit", "[store]")
{
    Batch batch;
    CHECK(batch.empty());
    batch.skip(3, 8);
    CHECK_FALSE(batch.empty());
    CHECK(batch.size() == 0);
    CHECK(batch.advances(0, 0) == std::vector<Advance>{{3, 8, 9}});
    batch.clear();
    CHECK(batch.empty());
}

TEST_CASE("batch: what came from a partition that was taken away is left out", "[store]")
{
    Batch batch;
    add(batch, "a", 1, 0, 1);
    add(batch, "a", 2, 1, 1);
    batch.skip(1, 2);
    batch.skip(0, 2);
    const std::array<std::int32_t, 1> gone{1};
    batch.forget(gone);
    CHECK(batch.order(0, 2) == std::vector<std::uint32_t>{0});
    CHECK(batch.advances(0, 2) == std::vector<Advance>{{0, 1, 3}});
}

TEST_CASE("slice plan: the whole batch at once when nothing is refused", "[store]")
{
    SlicePlan plan(1000);
    CHECK(plan.slice().begin == 0);
    CHECK(plan.slice().end == 1000);
    plan.committed();
    CHECK(plan.done());
}

TEST_CASE("slice plan: a batch without rows has one slice", "[store]")
{
    SlicePlan plan(0);
    CHECK_FALSE(plan.done());
    CHECK(plan.slice().end == 0);
    plan.committed();
    CHECK(plan.done());
}

TEST_CASE("slice plan: the third refusal makes slices smaller, success larger again", "[store]")
{
    SlicePlan plan(1024);
    plan.refused();
    plan.refused();
    CHECK(plan.slice().end == 1024);
    plan.refused();
    CHECK(plan.slice().end == 256);
    plan.committed();
    CHECK(plan.slice().begin == 256);
    CHECK(plan.slice().end == 768);
    plan.committed();
    CHECK(plan.slice().end == 1024);
    plan.committed();
    CHECK(plan.done());
}

TEST_CASE("slice plan: bisecting ends at one row and every row is in one slice", "[store]")
{
    SlicePlan plan(100);
    std::size_t covered = 0;
    while (!plan.done()) {
        // Row 37 is refused and nobody says so: halve until it stands alone.
        auto slice = plan.slice();
        REQUIRE(slice.begin == covered);
        if (slice.begin <= 37 && 37 < slice.end && slice.end - slice.begin > 1) {
            REQUIRE(plan.halve());
            continue;
        }
        covered = slice.end;
        if (slice.end - slice.begin == 1) {
            CHECK_FALSE(plan.halve());
        }
        plan.committed();
    }
    CHECK(covered == 100);
}
