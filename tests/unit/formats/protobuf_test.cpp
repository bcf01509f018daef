// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/formats/protobuf.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/descriptors.hpp"

#include <array>
#include <string>

using namespace tlm;
using namespace tlm::formats;
using namespace std::string_literals;

namespace {

const ProtobufSchema& all_kinds()
{
    static const ProtobufSchema schema{test::descriptor_set(test::all_kinds_proto())};
    return schema;
}

/// The JSON, or `reason at 'path'`.
std::string json_of(ProtobufType type, const std::string& message, ProtobufOptions options = {})
{
    ProtobufDecoder decoder{options};
    std::string out = "before ";
    const auto verdict = decoder.decode(type, message, out);
    if (const auto* reject = std::get_if<Reject>(&verdict)) {
        CHECK(out == "before ");
        CHECK_FALSE(reject->detail.empty());
        return std::string{reason_name(reject->reason)} + " at '" + reject->path + "'";
    }
    return out.substr(7);
}

std::string all(const std::string& message, ProtobufOptions options = {})
{
    return json_of(all_kinds().type("test.All"), message, options);
}

/// A field of the wire type `bytes` with a number up to 15, or as two bytes of tag.
std::string nest(std::string tag, const std::string& bytes)
{
    tag += static_cast<char>(bytes.size());
    return tag + bytes;
}

} // namespace

TEST_CASE("protobuf: scalars are written as ProtoJSON has them", "[formats]")
{
    CHECK(all("") == "{}");
    CHECK(all("\x08\x96\x01"s) == R"({"aInt32":150})");
    CHECK(all("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) == R"({"aInt32":-1})");
    CHECK(all("\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) ==
          R"({"aUint64":18446744073709551615})");
    CHECK(all("\x28\x03"s) == R"({"aSint32":-2})");
    CHECK(all("\x5d\x00\x00\xac\x41"s) == R"({"aFloat":21.5})");
    CHECK(all("\x61\x00\x00\x00\x00\x00\x00\x35\x40"s) == R"({"aDouble":21})");
    CHECK(all("\x61\x00\x00\x00\x00\x00\x00\x00\x80"s) == R"({"aDouble":-0})");
    CHECK(all("\x68\x02"s) == R"({"aBool":true})");
    CHECK(all("\x72\x03"s + "a\"b") == R"({"aString":"a\"b"})");
    CHECK(all("\x7a\x03\x00\xff\x01"s) == R"({"aBytes":"AP8B"})");
    CHECK(all("\x80\x01\x01"s) == R"({"mode":"ON"})");
    CHECK(all("\x80\x01\x63"s) == R"({"mode":99})");
    CHECK(all("\xaa\x03\x01z"s) == R"({"called \"else\"":"z"})");
}

TEST_CASE("protobuf: 64-bit integers are strings on request", "[formats]")
{
    ProtobufOptions options;
    options.int64_as_string = true;
    CHECK(all("\x10\x01\x18\x02"s, options) == R"({"aInt64":"1","aUint32":2})");
}

TEST_CASE("protobuf: what is not finite becomes null and is counted", "[formats]")
{
    ProtobufDecoder decoder;
    std::string out;
    const auto verdict =
        decoder.decode(all_kinds().type("test.All"),
                       "\x5d\x00\x00\xc0\x7f\x61\x00\x00\x00\x00\x00\x00\xf0\xff"s, out);
    CHECK(out == R"({"aFloat":null,"aDouble":null})");
    CHECK(std::get<Decoded>(verdict).not_finite == 2);
}

TEST_CASE("protobuf: repeated fields may be packed, unpacked and apart", "[formats]")
{
    CHECK(all("\xaa\x01\x03\x01\x02\x03"s) == R"({"rInt32":[1,2,3]})");
    CHECK(all("\xa8\x01\x01\x08\x05\xaa\x01\x01\x02"s) == R"({"aInt32":5,"rInt32":[1,2]})");
    CHECK(all("\xaa\x01\x00"s) == R"({"rInt32":[]})");
    CHECK(all("\xe2\x01\x05\x01\x00\x00\x00\x02"s) == "bad_protobuf at '/rFixed32/1'");
    CHECK(all("\xca\x01\x01y\xca\x01\x01\xff"s) == "invalid_utf8 at '/rString/1'");
}

TEST_CASE("protobuf: of a field that stands twice the last counts, messages merge", "[formats]")
{
    CHECK(all("\x08\x01\x08\x02"s) == R"({"aInt32":2})");
    const auto point = [](char tag, char high) {
        return nest("\x8a\x01"s, std::string{tag} + "\0\0\0\0\0\0"s + high + '\x3f');
    };
    CHECK(all(point('\x09', '\xf0') + point('\x11', '\xe0')) == R"({"point":{"x":1,"y":0.5}})");
}

TEST_CASE("protobuf: the last member of a oneof counts", "[formats]")
{
    const auto number = "\xc8\x02\x05"s;
    const auto text = "\xd2\x02\x01z"s;
    const auto point = [](const std::string& bytes) { return nest("\xda\x02"s, bytes); };
    const auto x = "\x09\0\0\0\0\0\0\xf0\x3f"s;
    CHECK(all(number + text) == R"({"cString":"z"})");
    CHECK(all(text + number) == R"({"cInt32":5})");
    CHECK(all(point(x) + point("")) == R"({"cPoint":{"x":1}})");
    CHECK(all(point(x) + number + point("")) == R"({"cPoint":{}})");
}

TEST_CASE("protobuf: of equal keys of a map the last counts", "[formats]")
{
    const auto entry = [](const std::string& bytes) { return nest("\xfa\x01"s, bytes); };
    CHECK(all(entry("\x0a\x01k\x10\x01"s) + entry("\x0a\x01"s + "a\x10\x02") +
              entry("\x0a\x01k\x10\x03"s)) == R"({"mString":{"a":2,"k":3}})");
    CHECK(all(entry("")) == R"({"mString":{"":0}})");
    CHECK(all(nest("\x8a\x02"s, "\x08\x01"s)) == R"({"mBool":{"true":""}})");
    CHECK(all(entry("\x0a\x01\xff"s)) == "invalid_utf8 at '/mString'");
}

TEST_CASE("protobuf: unknown fields, groups and other wire types are skipped and counted",
          "[formats]")
{
    ProtobufDecoder decoder;
    std::string out;
    const auto message = "\x98\x06\x01\x9b\x06\x08\x01\x9b\x06\x9c\x06\x9c\x06\x0a\x01z\x10\x02"s;
    const auto verdict = decoder.decode(all_kinds().type("test.All"), message, out);
    REQUIRE(std::holds_alternative<Decoded>(verdict));
    CHECK(out == R"({"aInt64":2})");
    CHECK(std::get<Decoded>(verdict).unknown_fields == 3);
}

TEST_CASE("protobuf: what is malformed is rejected with its place", "[formats]")
{
    CHECK(all("\x08"s) == "bad_protobuf at ''");
    CHECK(all("\x00\x01"s) == "bad_protobuf at ''");
    CHECK(all("\x0e\x01"s) == "bad_protobuf at ''");
    CHECK(all("\x0c"s) == "bad_protobuf at ''");
    CHECK(all("\x0b\x14"s) == "bad_protobuf at ''");
    CHECK(all("\x72\x05z"s) == "bad_protobuf at ''");
    CHECK(all("\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) == "bad_protobuf at ''");
    CHECK(all("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) == "bad_protobuf at ''");
    CHECK(all("\x72\x01\xff"s) == "invalid_utf8 at '/aString'");
    CHECK(all(nest("\x92\x01"s, "\x0a\x02z"s)) == "bad_protobuf at '/inner'");
    CHECK(all(nest("\xda\x01"s, "") + nest("\xda\x01"s, "\x09"s)) == "bad_protobuf at '/rPoint/1'");
    CHECK(all(std::string(40, '\x0b')) == "bad_protobuf at ''");
}

TEST_CASE("protobuf: nesting, input and output are bounded", "[formats]")
{
    std::string message;
    for (int i = 0; i < 20; ++i) { // All.inner.back.inner.back…
        message = nest("\x92\x01"s, nest("\x12"s, message));
    }
    ProtobufOptions options;
    options.limits.max_depth = 41;
    CHECK(all(message, options).starts_with(R"({"inner":{"back":{"inner")"));
    options.limits.max_depth = 40;
    CHECK(all(message, options).starts_with("too_deep at '/inner/back/inner"));

    options = {};
    options.limits.max_bytes = 3;
    CHECK(all("\x08\x96\x01"s, options) == R"({"aInt32":150})");
    CHECK(all("\x08\x96\x01\x08"s, options) == "too_long at ''");

    options = {};
    options.limits.max_json = 100;
    const auto falses = nest("\xc2\x01"s, std::string(100, '\0'));
    CHECK(all(falses, options).starts_with("too_long at '/rBool"));
}

TEST_CASE("protobuf: well-known types have their own form", "[formats]")
{
    const auto time = [](const std::string& bytes) { return all(nest("\xea\x03"s, bytes)); };
    CHECK(time("\x08\x80\xf2\xd6\xca\x06\x10\x80\x87\xa7\x0e"s) ==
          R"({"time":"2026-01-01T00:00:00.030Z"})");
    CHECK(time("") == R"({"time":"1970-01-01T00:00:00Z"})");
    CHECK(time("\x10\x01"s) == R"({"time":"1970-01-01T00:00:00.000000001Z"})");
    CHECK(time("\x10\xe8\x07"s) == R"({"time":"1970-01-01T00:00:00.000001Z"})");
    CHECK(time("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s) == "bad_protobuf at '/time'");
    CHECK(time("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) == "bad_protobuf at '/time'");

    const auto span = [](const std::string& bytes) { return all(nest("\xf2\x03"s, bytes)); };
    CHECK(span("\x08\x01\x10\x80\xca\xb5\xee\x01"s) == R"({"span":"1.500s"})");
    CHECK(span("\x10\x80\xb6\xca\x91\xfe\xff\xff\xff\xff\x01"s) == R"({"span":"-0.500s"})");
    CHECK(span("\x08\x01\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s) ==
          "bad_protobuf at '/span'");

    CHECK(all(nest("\xfa\x03"s, "")) == R"({"wDouble":0})");
    CHECK(all(nest("\x82\x04"s, "\x08\x05"s)) == R"({"wInt64":5})");
    CHECK(all(nest("\xaa\x04"s, "")) == R"({"value":null})");
    CHECK(all(nest("\xaa\x04"s, "\x08\x00\x20\x01"s)) == R"({"value":true})");
    CHECK(all(nest("\xaa\x04"s, nest("\x32"s, nest("\x0a"s, "\x1a\x01z"s) + nest("\x0a"s, "")))) ==
          R"({"value":["z",null]})");
    CHECK(all(nest("\xa2\x04"s, nest("\x0a"s, "\x0a\x01k\x12\x02\x20\x01"s))) ==
          R"({"structure":{"k":true}})");
    CHECK(all("\xb8\x04\x00"s) == R"({"null":null})");
}

TEST_CASE("protobuf: absent fields without presence are zero on request", "[formats]")
{
    const ProtobufSchema schema{test::descriptor_set(R"(
        syntax = "proto3"; enum E { NIL = 0; }
        message M { int32 a = 1; optional int32 b = 2; double temp_c = 3; E e = 4; string s = 5;
                    repeated int32 r = 6; M m = 7; oneof o { bool x = 8; } })"),
                                ProtobufNames::proto};
    ProtobufOptions options;
    options.write_defaults = true;
    // An integer of 20 digits would be beyond what a reader takes.
    CHECK(json_of(schema.type("M"), "\x19\x00\x00\x00\x00\x00\x00\x0a\x44"s) ==
          R"({"temp_c":5.995191823955604e+19})");
    CHECK(json_of(schema.type("M"), "", options) == R"({"a":0,"temp_c":0,"e":"NIL","s":""})");
    CHECK(json_of(schema.type("M"), "\x22\x01q\x18\x07\x2a\x01z"s, options) ==
          R"({"a":0,"temp_c":0,"e":"NIL","s":"z"})");
}

TEST_CASE("protobuf: a required field that is missing is a reject", "[formats]")
{
    const ProtobufSchema schema{test::descriptor_set(R"(
        syntax = "proto2";
        message M { required int32 a = 1; optional M m = 2; required string b = 300;
                    optional group Old = 4 { required int32 x = 1; } })")};
    const auto type = schema.type("M");
    const auto whole = "\x08\x01\xe2\x12\x01z"s;
    CHECK(json_of(type, whole) == R"({"a":1,"b":"z"})");
    CHECK(json_of(type, "\x08\x01"s) == "bad_protobuf at '/b'");
    CHECK(json_of(type, "\x08\x01\x08\x01"s) == "bad_protobuf at '/b'");
    CHECK(json_of(type, whole + nest("\x12"s, "\xe2\x12\x00"s)) == "bad_protobuf at '/m/a'");
    CHECK(json_of(type, whole + "\x23\x24"s) == R"({"a":1,"b":"z"})");
}

TEST_CASE("protobuf: a descriptor set that is of no use says so", "[formats]")
{
    using Catch::Matchers::Contains;
    CHECK_THROWS_WITH(ProtobufSchema{"nonsense"}, Contains("not a descriptor set"));
    CHECK_THROWS_WITH(ProtobufSchema{""}, Contains("not a descriptor set"));
    CHECK_THROWS_WITH(all_kinds().type("test.Nothing"),
                      Contains("its last file has: test.Point, test.All"));
    CHECK_THROWS_WITH(ProtobufSchema{"\x0a\x0f\x0a\x01"
                                     "a\x1a\x0a"
                                     "b.proto   "s},
                      Contains("--include_imports"));
    CHECK_THROWS_WITH(
        (ProtobufSchema{test::descriptor_set("syntax = \"proto2\"; message M { optional int32 "
                                             "a_b = 1; optional int32 aB = 2; }")}),
        Contains("two fields"));
}

TEST_CASE("protobuf: message indexes name a message of the last file", "[formats]")
{
    const auto name = [](auto... indexes) {
        const std::array<std::uint32_t, sizeof...(indexes)> path{indexes...};
        const auto* type = all_kinds().type(path);
        return type == nullptr ? std::string{"none"} : std::string{type->full_name()};
    };
    CHECK(name(0U) == "test.Point");
    CHECK(name(1U) == "test.All");
    CHECK(name(1U, 0U) == "test.All.Inner");
    CHECK(name(2U) == "none");
    CHECK(name(1U, 99U) == "none");
}
