// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/codebook/codebook.hpp"
#include "common/formats/proto_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/formats/wire_writer.hpp"

#include <array>
#include <string>

using namespace tlm;
using namespace tlm::formats;
using codebook::open_codebook;
using test::WireWriter;

namespace {

const ProtoFile kPoint{"point.proto", R"(syntax = "proto3"; package p;
    import "google/protobuf/timestamp.proto";
    message Point { google.protobuf.Timestamp ts = 1; double temp_c = 2; int64 n = 3; })"};

std::string point_descriptors()
{
    return compile_proto(std::array{kPoint});
}

std::string decode(PayloadDecoder& decoder, const Encoded& message)
{
    std::string json;
    const auto verdict = decoder.decode(message, json);
    const auto* const reject = std::get_if<Reject>(&verdict);
    return reject == nullptr ? json : std::string{reason_name(reject->reason)};
}

const std::string kPointBytes = WireWriter{}
                                    .bytes(1, WireWriter{}.varint(1, 1'700'000'000).text())
                                    .fixed64(2, 21.5)
                                    .varint(3, 7)
                                    .text();

} // namespace

TEST_CASE("codebook: plain JSON has no decoder", "[codebook]")
{
    CHECK(open_codebook({}, {}).decoder == nullptr);
}

TEST_CASE("codebook: Protobuf by a descriptor set", "[codebook]")
{
    const TemporaryFolder folder;
    FormatSources sources;
    sources.format = Format::protobuf;
    sources.proto_desc = folder.write("p.desc", point_descriptors());
    sources.proto_message = "p.Point";
    auto book = open_codebook(sources, {});
    CHECK(decode(*book.decoder, {"t", kPointBytes}) ==
          R"({"ts":"2023-11-14T22:13:20Z","tempC":21.5,"n":7})");
    CHECK(decode(*book.decoder, {"t", "\xFF"}) == "bad_protobuf");
    CHECK_FALSE(book.decoder->names_devices());

    sources.proto_names = ProtobufNames::proto;
    sources.int64_as_string = true;
    CHECK(decode(*open_codebook(sources, {}).decoder, {"t", kPointBytes}) ==
          R"({"ts":"2023-11-14T22:13:20Z","temp_c":21.5,"n":"7"})");

    sources.proto_message = "p.Nothing";
    CHECK_THROWS_WITH(open_codebook(sources, {}), Catch::Contains("p.desc") &&
                                                      Catch::Contains("p.Nothing") &&
                                                      Catch::Contains("p.Point"));
    sources.proto_desc = folder.write("none.desc", "nonsense");
    CHECK_THROWS_AS(open_codebook(sources, {}), Error);
    sources.proto_desc = folder.path() / "missing";
    CHECK_THROWS_AS(open_codebook(sources, {}), Error);
}

TEST_CASE("codebook: Confluent by a folder", "[codebook]")
{
    using namespace std::string_literals;
    const TemporaryFolder folder;
    folder.write("7.desc", point_descriptors());
    folder.write("8.json", "{}");
    folder.write("9.desc", "nonsense");
    FormatSources sources;
    sources.format = Format::confluent;
    sources.registry = folder.path();
    auto book = open_codebook(sources, {});
    CHECK(decode(*book.decoder, {"t", "\0\0\0\0\7\0"s + kPointBytes}) ==
          R"({"ts":"2023-11-14T22:13:20Z","tempC":21.5,"n":7})");
    CHECK(decode(*book.decoder, {"t", "\0\0\0\0\10{\"a\":1}"s}) == R"({"a":1})");
    CHECK(decode(*book.decoder, {"t", "\0\0\0\0\1{}"s}) == "unknown_schema_id");
    CHECK(decode(*book.decoder, {"t", "{}"}) == "bad_framing");
    CHECK(decode(*book.decoder, {"t", "\0\0\0\0\11\0"s}) == "unknown_schema_id"); // of no use

    sources.registry = folder.path() / "missing";
    CHECK_THROWS_AS(open_codebook(sources, {}), Error);
}

TEST_CASE("codebook: events, and what is none", "[codebook]")
{
    FormatSources sources;
    sources.format = Format::cloudevents;
    auto book = open_codebook(sources, {});
    const std::string event = R"({"specversion":"1.0","id":"1","source":"/s","type":"t",)"
                              R"("data":{"temp":1}})";
    const std::string wanted = R"({"ce":{"id":"1","source":"/s","type":"t"},"temp":1})";
    Encoded message{"t", event, "application/cloudevents+json"};
    CHECK(decode(*book.decoder, message) == wanted);
    message.content_type = {}; // MQTT 3.1.1 cannot say it
    CHECK(decode(*book.decoder, message) == wanted);
    message.content_type = "application/json";
    CHECK(decode(*book.decoder, message) == "bad_cloudevent");

    const std::vector<Header> headers{{"user-specversion", "1.0"},
                                      {"user-id", "1"},
                                      {"user-source", "/s"},
                                      {"user-type", "t"},
                                      {"content-type", "application/json"}};
    Encoded binary{"t", R"({"temp":1})", "application/json", headers, {"user-"}};
    CHECK(decode(*book.decoder, binary) ==
          R"({"ce":{"id":"1","source":"/s","type":"t","datacontenttype":"application/json"},)"
          R"("temp":1})");
    binary.headers_cut = true; // an attribute may be among what was left out
    CHECK(decode(*book.decoder, binary) == "bad_cloudevent");
}

TEST_CASE("codebook: limits are those given", "[codebook]")
{
    FormatSources sources;
    sources.format = Format::cloudevents;
    DecodeLimits limits;
    limits.max_bytes = 10;
    CHECK(decode(*open_codebook(sources, limits).decoder, {"t", "{\"a\":\"0123456789\"}"}) ==
          "too_long");
}

TEST_CASE("codebook: Sparkplug says who speaks", "[codebook]")
{
    FormatSources sources;
    sources.format = Format::sparkplug;
    auto book = open_codebook(sources, {});
    REQUIRE(book.sparkplug != nullptr);
    CHECK(book.decoder->names_devices());
    CHECK(book.decoder->device_id("spBv1.0/G 1/DDATA/E/d") == "G:201::E::d");
    CHECK(book.decoder->device_id("devices/d1/telemetry") == std::nullopt);
    std::string json;
    const auto verdict = book.decoder->decode({"spBv1.0/G/NCMD/E", ""}, json);
    CHECK_FALSE(std::get<Unwrapped>(verdict).forward);
    CHECK(json.empty());
}

TEST_CASE("proto text: what does not parse is said with its line", "[codebook]")
{
    const ProtoFile bad{"bad.proto", "syntax = \"proto3\";\nmessage {"};
    CHECK_THROWS_WITH(compile_proto(std::array{bad}), Catch::StartsWith("bad.proto: line 2: "));
    const ProtoFile other{
        "other.proto", R"(syntax = "proto3"; import "point.proto"; message M { p.Point p = 1; })"};
    const ProtobufSchema schema{compile_proto(std::array{kPoint, other})};
    CHECK(schema.type("M").full_name() == "M");
}
