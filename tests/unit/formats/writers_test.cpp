// SPDX-License-Identifier: Apache-2.0
// What the writers write, the decoders read.
#include "common/formats/protobuf.hpp"
#include "common/formats/protobuf_writer.hpp"
#include "common/formats/sparkplug.hpp"
#include "common/formats/sparkplug_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/descriptors.hpp"

#include <limits>
#include <string>

using namespace tlm;
using namespace tlm::formats;
using namespace std::string_literals;

namespace {

constexpr EpochMs kNow = 1'767'225'600'123;

constexpr const char* kProto = R"(syntax = "proto3"; package t;
import "google/protobuf/timestamp.proto";
message M {
  enum Mode { OFF = 0; ON = 7; }
  int32 a_int32 = 1; int64 a_int64 = 2; uint32 a_uint32 = 3; uint64 a_uint64 = 4;
  sint32 a_sint32 = 5; sint64 a_sint64 = 6; fixed32 a_fixed32 = 7; fixed64 a_fixed64 = 8;
  sfixed32 a_sfixed32 = 9; sfixed64 a_sfixed64 = 10; float a_float = 11; double a_double = 12;
  bool a_bool = 13; Mode mode = 14; string a_string = 15; bytes a_bytes = 16;
  google.protobuf.Timestamp at = 17; repeated double many = 2000; M inner = 18;
})";

const ProtobufSchema& schema()
{
    static const ProtobufSchema made{test::descriptor_set(kProto), ProtobufNames::proto};
    return made;
}

std::string json_of(const std::string& message)
{
    ProtobufDecoder decoder;
    std::string out;
    const auto verdict = decoder.decode(schema().type("t.M"), message, out);
    REQUIRE(std::holds_alternative<Decoded>(verdict));
    CHECK(std::get<Decoded>(verdict).unknown_fields == 0);
    return out;
}

std::string number(const std::string& field, double value)
{
    const ProtobufWriter writer{schema().type("t.M")};
    const auto found = writer.find(field);
    REQUIRE(found);
    CHECK(writer.takes_number(*found));
    std::string message;
    writer.append_number(message, *found, value);
    return json_of(message);
}

std::string decoded(SparkplugDecoder& decoder, const std::string& type, const std::string& payload)
{
    std::string out;
    const auto verdict = decoder.decode("spBv1.0/G/" + type + "/E", payload, kNow, out);
    if (const auto* const reject = std::get_if<Reject>(&verdict)) {
        return std::string{reason_name(reject->reason)} + ": " + reject->detail;
    }
    const auto& message = std::get<SparkplugMessage>(verdict);
    CHECK_FALSE(message.gap);
    CHECK(message.unborn == 0);
    CHECK_FALSE(decoder.take_rebirth());
    return out;
}

} // namespace

TEST_CASE("protobuf writer: numbers in every kind of field", "[formats]")
{
    for (const auto* field : {"a_int32", "a_int64", "a_sint32", "a_sint64", "a_sfixed32",
                              "a_sfixed64", "a_float", "a_double"}) {
        CHECK(number(field, -3) == "{\"" + std::string{field} + "\":-3}");
        CHECK(number(field, 70'000) == "{\"" + std::string{field} + "\":70000}");
    }
    for (const auto* field : {"a_uint32", "a_uint64", "a_fixed32", "a_fixed64"}) {
        CHECK(number(field, 300) == "{\"" + std::string{field} + "\":300}");
        CHECK(number(field, -3) == "{\"" + std::string{field} + "\":0}");
    }
    CHECK(number("a_int32", 1e10) == R"({"a_int32":2147483647})");
    CHECK(number("a_int64", 1e300) == R"({"a_int64":9223372036854775807})");
    CHECK(number("a_int32", 2.5) == R"({"a_int32":3})");
    CHECK(number("a_double", 2.5) == R"({"a_double":2.5})");
    CHECK(number("a_bool", 2) == R"({"a_bool":true})");
    CHECK(number("mode", 7) == R"({"mode":"ON"})");
    CHECK(number("many", 1.5) == R"({"many":[1.5]})");
}

TEST_CASE("protobuf writer: text, names of an enum, and times", "[formats]")
{
    const ProtobufWriter writer{schema().type("t.M")};
    std::string message;
    writer.append_text(message, *writer.find("a_string"), "x\"y");
    writer.append_text(message, *writer.find("mode"), "ON");
    writer.append_integer(message, *writer.find("at"), kNow);
    writer.append_integer(message, *writer.find("a_int64"), kNow);
    CHECK(json_of(message) == R"({"a_int64":1767225600123,"mode":"ON","a_string":"x\"y",)"
                              R"("at":"2026-01-01T00:00:00.123Z"})");
    message.clear();
    writer.append_integer(message, *writer.find("at"), -1);
    CHECK(json_of(message) == R"({"at":"1969-12-31T23:59:59.999Z"})");
    CHECK(writer.takes_time(*writer.find("at")));
    CHECK_FALSE(writer.takes_time(*writer.find("a_int32")));
    CHECK_FALSE(writer.takes_number(*writer.find("inner")));
    CHECK_FALSE(writer.takes_text(*writer.find("a_double")));
    CHECK_FALSE(writer.find("aInt32"));
}

TEST_CASE("sparkplug writer: births, data by alias, and the death that belongs to them",
          "[formats]")
{
    using Kind = SparkplugMetricType::Kind;
    SparkplugWriter writer{{{"temp", Kind::real}, {"n", Kind::whole}, {"fw", Kind::text, true}}};
    SparkplugDecoder decoder;
    const std::vector<SparkplugMetricValue> values{{21.5}, {-3}, {0, "1.2"}};
    std::string payload;
    writer.append_birth(payload, kNow, 4, values);
    CHECK(decoded(decoder, "NBIRTH", payload) ==
          R"({"ts":1767225600123,"sparkplug":"NBIRTH","bdSeq":4,"Node Control/Rebirth":false,)"
          R"("temp":21.5,"n":-3,"fw":"1.2"})");
    for (unsigned seq = 1; seq < 600; ++seq) { // around the end of its byte, twice
        payload.clear();
        writer.append_data(payload, kNow, static_cast<std::uint8_t>(seq), values);
        REQUIRE(decoded(decoder, "NDATA", payload) ==
                R"({"ts":1767225600123,"sparkplug":"NDATA","temp":21.5,"n":-3})");
    }
    payload.clear();
    append_sparkplug_death(payload, 4);
    CHECK(decoded(decoder, "NDEATH", payload) == R"({"sparkplug":"NDEATH","bdSeq":4})");
}

TEST_CASE("sparkplug writer: what asks for births, and what does not", "[formats]")
{
    SparkplugDecoder decoder;
    std::string out;
    const auto unborn = "\x18\x05"s; // NDATA with a seq, out of nothing
    (void)decoder.decode("spBv1.0/G/NDATA/E", unborn, kNow, out);
    const auto request = decoder.take_rebirth();
    REQUIRE(request);
    CHECK(is_sparkplug_rebirth(request->payload));
    const auto metric = "\x12\x18\x0A\x14Node Control/Rebirth\x70"s;
    CHECK(is_sparkplug_rebirth(metric + '\1'));
    CHECK_FALSE(is_sparkplug_rebirth(metric + '\0'));
    CHECK_FALSE(is_sparkplug_rebirth("\x12\x18\x0A\x14Node Control/Reboot.\x70\1"s));
    CHECK_FALSE(is_sparkplug_rebirth(request->payload.substr(0, request->payload.size() - 1)));
    CHECK_FALSE(is_sparkplug_rebirth(""));
}
