// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/store/row_encoder.hpp"

#include <limits>

using namespace tlm;
using namespace tlm::store;

namespace {

std::string encode(const Record& record, const std::string& value)
{
    Batch batch;
    batch.add(record, Input{value, {}, 0, {}, false});
    std::string out;
    append_row(out, batch, batch.row(0));
    return out;
}

std::string bytes(std::initializer_list<int> values)
{
    std::string result;
    for (const int value : values) {
        result += static_cast<char>(value);
    }
    return result;
}

} // namespace

TEST_CASE("row encoder: all columns in their order", "[store]")
{
    const std::string value = R"({"t":1}{})";
    Record record;
    record.device_id = "d1";
    record.ts = 946'684'800'001;
    record.received_at = 946'684'800'000;
    record.boot = 7;
    record.seq = 42;
    record.tags = std::string_view{value}.substr(0, 7);
    record.data = std::string_view{value}.substr(7, 2);
    CHECK(encode(record, value) == bytes({0, 7, 0, 0, 0, 2, 'd', '1'}) +                // device_id
                                       bytes({0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 3, 0xE8}) + // ts
                                       bytes({0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0}) +  // received_at
                                       bytes({0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7}) +  // boot
                                       bytes({0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 42}) + // seq
                                       bytes({0, 0, 0, 8, 1}) + R"({"t":1})" +        // tags
                                       bytes({0, 0, 0, 3, 1}) + "{}");                // data
}

TEST_CASE("row encoder: what a record does not have is NULL", "[store]")
{
    const std::string value = "{}";
    Record record;
    record.device_id = "d";
    record.data = value;
    const auto row = encode(record, value);
    const auto nulls = bytes({255, 255, 255, 255}) + bytes({255, 255, 255, 255}) +
                       bytes({255, 255, 255, 255}); // boot, seq, tags
    CHECK(row.find(nulls) == 2 + 5 + 12 + 12);
    CHECK(columns().size() == 7);
}

TEST_CASE("row encoder: times that timestamptz does not hold are refused beforehand", "[store]")
{
    Record record;
    CHECK_FALSE(refuse(record));
    record.ts = std::numeric_limits<EpochMs>::max();
    REQUIRE(refuse(record));
    CHECK(refuse(record)->path == "/ts");
    CHECK(refuse(record)->reason == Reason::refused_by_store);
    record.ts = 0;
    record.received_at = std::numeric_limits<EpochMs>::min();
    REQUIRE(refuse(record));
    CHECK(refuse(record)->path == "/receivedAt");
}
