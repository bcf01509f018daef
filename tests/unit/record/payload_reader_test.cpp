// SPDX-License-Identifier: Apache-2.0
#include "common/base/json_text.hpp"
#include "common/record/record.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace tlm;
using namespace std::string_literals;

namespace {

constexpr EpochMs kNow = 1'767'225'600'150;

std::string line_of(const std::string& payload)
{
    PayloadReader reader;
    const auto verdict = reader.read("pump-17", payload, kNow);
    if (const auto* reject = std::get_if<Reject>(&verdict)) {
        return std::string{reason_name(reject->reason)} + " at '" + reject->path + "'";
    }
    std::string line;
    append_record(line, std::get<Record>(verdict));
    return line;
}

} // namespace

TEST_CASE("payload: what the device says of itself is copied into the envelope", "[record]")
{
    CHECK(line_of(R"({"ts":1767225600123,"boot":7,"seq":42,"temp_c":21.50,"x":1e2})") ==
          R"({"v":1,"deviceId":"pump-17","ts":1767225600123,"receivedAt":1767225600150,"boot":7,)"
          R"("seq":42,"data":{"ts":1767225600123,"boot":7,"seq":42,"temp_c":21.50,"x":1e2}})");
    CHECK(line_of(R"({"t":1})") ==
          R"({"v":1,"deviceId":"pump-17","ts":1767225600150,"tsSource":"bridge",)"
          R"("receivedAt":1767225600150,"data":{"t":1}})");
    CHECK(line_of(R"({"ts":"2026-01-01T01:00:00.123+01:00"})").find(R"("ts":1767225600123,)") !=
          std::string::npos);
    CHECK(line_of(R"({"ts":1767225600123.9})").find(R"("ts":1767225600123,)") != std::string::npos);
    CHECK(line_of(R"({"deviceId":"pump-17"})").starts_with("{\"v\":1"));
}

TEST_CASE("payload: line breaks between tokens become spaces, nothing else changes", "[record]")
{
    const auto line = line_of("{\r\n  \"a\": \"x\\n\"\n}");
    CHECK(line.ends_with("\"data\":{    \"a\": \"x\\n\" }}"));
    CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("payload: each fault has its own reason and place", "[record]")
{
    CHECK(line_of("") == "empty_payload at ''");
    CHECK(line_of("  ") == "not_json at ''");
    CHECK(line_of("hello") == "not_json at ''");
    CHECK(line_of("{\"a\":1}{}") == "not_json at ''");
    CHECK(line_of("{\"a\":01}") == "not_json at ''");
    CHECK(line_of("{\"a\":NaN}") == "not_json at ''");
    CHECK(line_of("[1]") == "not_an_object at ''");
    CHECK(line_of("{\"a\":\"\xFF\"}") == "invalid_utf8 at ''");
    CHECK(line_of(R"({"a":1,"b":{"c":[0,{"k":1,"\u006b":2}]}})") == "duplicate_key at '/b/c/1/k'");
    CHECK(line_of(R"({"a/~":"\u0000"})") == "nul_in_string at '/a~1~0'");
    CHECK(line_of(R"({"a\u0000b":1})") == "nul_in_string at ''");
    CHECK(line_of(R"({"a":18446744073709551616})") == "number_range at ''");
    CHECK(line_of(R"({"a":1e309,"b":"-"})") == "number_range at ''");
    CHECK(line_of(R"({"deviceId":"pump-18"})") == "spoofed_id at '/deviceId'");
    CHECK(line_of(R"({"deviceId":17})") == "spoofed_id at '/deviceId'");
    CHECK(line_of(R"({"ts":"yesterday"})") == "bad_ts at '/ts'");
    CHECK(line_of(R"({"ts":true})") == "bad_ts at '/ts'");
    CHECK(line_of(R"({"seq":-1})") == "bad_seq at '/seq'");
    CHECK(line_of(R"({"boot":"x"})") == "bad_boot at '/boot'");
    const std::string deep = std::string(32, '[') + '0' + std::string(32, ']');
    CHECK(line_of("{\"a\":" + deep + "}") == "too_deep at ''");
    CHECK(line_of("{\"a\":" + deep.substr(1, 63) + "}").starts_with("{"));
    CHECK(line_of("{\"a\":\"" + std::string(256 * 1024, 'x') + "\"}") == "too_long at ''");
}

TEST_CASE("payload: a duplicate among many keys is found", "[record]")
{
    std::string payload = "{";
    for (int i = 0; i < 1'000; ++i) {
        payload += "\"k" + std::to_string(i) + "\":0,";
    }
    CHECK(line_of(payload + "\"last\":0}").starts_with("{"));
    CHECK(line_of(payload + "\"k500\":0}") == "duplicate_key at '/k500'");
}

TEST_CASE("payload: a duplicate is found wherever it stands, and only a duplicate", "[record]")
{
    for (std::size_t count = 1; count <= 40; ++count) {
        std::string payload = "{\"nested\":{\"k0\":[0]}";
        for (std::size_t i = 0; i < count; ++i) {
            payload += ",\"k" + std::to_string(i) + "\":\"k\"";
        }
        CHECK(line_of(payload + "}").starts_with("{"));
        CHECK(line_of(payload + ",\"\":0}").starts_with("{"));
        CHECK(line_of(payload + ",\"\":0,\"\":0}") == "duplicate_key at '/'");
        for (std::size_t i = 0; i < count; ++i) {
            const std::string key = "k" + std::to_string(i);
            CHECK(line_of(payload + ",\"" + key + "\":0}") == "duplicate_key at '/" + key + "'");
        }
    }
    // Keys that share what the fast pass looks at.
    CHECK(line_of(R"({"ab1d":0,"xb1x":0,"aBcd":0,"ab2d":0})").starts_with("{"));
    CHECK(line_of(R"({"a":[{"b":0,"c":1,"b":2}]})") == "duplicate_key at '/a/0/b'");
    CHECK(line_of(R"({"a":["\\",{"b":"\u0000"}]})") == "nul_in_string at '/a/1/b'");
}

TEST_CASE("payload: one reader judges good and bad in turn", "[record]")
{
    PayloadReader reader;
    for (int i = 0; i < 3; ++i) {
        CHECK(std::holds_alternative<Record>(reader.read("a", R"({"x":1})", kNow)));
        CHECK(std::holds_alternative<Reject>(reader.read("a", R"({"x":)", kNow)));
        const std::string large = "{\"x\":\"" + std::string(10'000, 'y') + "\"}";
        CHECK(std::holds_alternative<Record>(reader.read("a", large, kNow)));
    }
}

TEST_CASE("device id: only what is safe everywhere", "[record]")
{
    CHECK(is_device_id("pump-17_A.b:c"));
    CHECK(is_device_id(std::string(128, 'a')));
    for (const auto& id :
         {""s, std::string(129, 'a'), "a/b"s, "a b"s, "a+b"s, "ü"s, "a\0b"s, "$(x)"s}) {
        CHECK_FALSE(is_device_id(id));
    }
}

TEST_CASE("payload: the place of a fault is bounded, whatever keys a device invents", "[record]")
{
    const auto place_of = [](const std::string& payload) {
        PayloadReader reader;
        const auto verdict = reader.read("d", payload, kNow);
        return std::get<Reject>(verdict).path;
    };
    const auto fault_in = [](const std::string& key) { return "{\"" + key + R"(":"\u0000"})"; };
    CHECK(place_of(fault_in(std::string(255, 'k'))) == "/" + std::string(252, 'k'));
    CHECK(place_of(fault_in(std::string(100'000, '~'))).size() <= Reject::kMaxPath);
    CHECK(place_of(fault_in(std::string(100'000, '~'))).ends_with("~0"));

    std::string umlauts;
    for (int i = 0; i < 1000; ++i) {
        umlauts += "\u00e4";
    }
    const auto cut = place_of(fault_in(umlauts));
    CHECK(cut.size() <= Reject::kMaxPath);
    CHECK(cut.size() > Reject::kMaxPath - 4);
    CHECK(is_utf8(cut));

    // Where a step fits no more the path names what is around the place.
    const std::string long_key(100, 'k');
    const auto nested =
        R"({"a":{")" + long_key + R"(":[{")" + long_key + R"(":)" + fault_in(long_key) + "}]}}";
    CHECK(place_of(nested) == "/a/" + long_key + "/0/" + long_key);
}
