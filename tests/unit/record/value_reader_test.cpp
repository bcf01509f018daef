// SPDX-License-Identifier: Apache-2.0
#include "common/record/record.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

using namespace tlm;

TEST_CASE("value: what is only a guard of the record does not apply", "[record]")
{
    ValueReader reader;
    CHECK_FALSE(reader.read(R"({"a":1,"a":2})").has_value());
    CHECK_FALSE(reader.read(R"("\u0000")").has_value());
    CHECK_FALSE(reader.read(std::string(500, '[') + std::string(500, ']')).has_value());
    CHECK_FALSE(reader.read(" 1 ").has_value());
    CHECK(reader.value().get_int64().value_unsafe() == 1);
}

TEST_CASE("value: grammar and limits do", "[record]")
{
    ValueReader reader;
    const auto deep = std::string(100'000, '[') + std::string(100'000, ']');
    CHECK(reader.read("NaN").value().reason == Reason::not_json);
    CHECK(reader.read(" ").value().reason == Reason::not_json);
    CHECK(reader.read("\xEF\xBB\xBF 1").value().detail.find("byte order mark") !=
          std::string::npos);
    CHECK(reader.read("1e400").value().reason == Reason::number_range);
    CHECK(reader.read(deep).value().reason == Reason::too_deep);
    CHECK(reader.read(std::string(2U << 20U, ' ')).value().reason == Reason::too_long);
}

TEST_CASE("record: data and tags are given parsed", "[record]")
{
    RecordReader reader;
    const auto good = reader.read(
        R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"tags":{"m":"x"},"data":{"t":3}})");
    REQUIRE(std::holds_alternative<Record>(good));
    CHECK(reader.data()["t"].get_int64().value_unsafe() == 3);
    CHECK(reader.tags().value()["m"].get_string().value_unsafe() == "x");
    const auto untagged = reader.read(R"({"v":1,"deviceId":"a","ts":1,"receivedAt":2,"data":{}})");
    REQUIRE(std::holds_alternative<Record>(untagged));
    CHECK_FALSE(reader.tags().has_value());
}

TEST_CASE("record: a mark is one member more, and stands once", "[record]")
{
    const std::string line = R"( {"v":1,"deviceId":"a","ts":1,"receivedAt":2,"data":{ "x":1.50}})";
    RecordReader reader;
    const Reject reject{Reason::number_range, "/x", "too \"big\"", "/properties/x/maximum"};
    std::string marked;
    append_marked(marked, line, std::get<Record>(reader.read(line)), reject);
    CHECK(marked == R"( {"invalid":{"reason":"number_range","detail":"too \"big\"","path":"/x",)"
                    R"("schema":"/properties/x/maximum"},)"
                    R"("v":1,"deviceId":"a","ts":1,"receivedAt":2,"data":{ "x":1.50}})");
    const auto again = reader.read(marked);
    REQUIRE(std::get<Record>(again).marked);
    std::string twice;
    append_marked(twice, marked, std::get<Record>(again), reject);
    CHECK(twice == marked);
}
