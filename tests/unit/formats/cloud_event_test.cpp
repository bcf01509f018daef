// SPDX-License-Identifier: Apache-2.0
#include "common/formats/cloud_event.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::formats;

namespace {

template <typename Decode>
std::string result_of(Decode decode)
{
    CloudEventDecoder decoder;
    std::string out = "before ";
    const auto verdict = decode(decoder, out);
    if (const auto* reject = std::get_if<Reject>(&verdict)) {
        CHECK(out == "before ");
        CHECK_FALSE(reject->detail.empty());
        return std::string{reason_name(reject->reason)} + " at '" + reject->path + "'";
    }
    return out.substr(7);
}

/// The JSON, or `reason at 'path'`.
std::string structured(const std::string& event)
{
    return result_of([&](CloudEventDecoder& decoder, std::string& out) {
        return decoder.structured(event, out);
    });
}

/// The same with the attributes that must be there.
std::string event(const std::string& members)
{
    return structured(R"({"specversion":"1.0","id":"i","source":"/s","type":"t")" + members + "}");
}

std::string binary(CloudEventBinding binding, const std::vector<Header>& headers,
                   const std::string& content_type, const std::string& data)
{
    return result_of([&](CloudEventDecoder& decoder, std::string& out) {
        return decoder.binary(binding, headers, content_type, data, out);
    });
}

const std::vector<Header> g_headers = {
    {"ce_specversion", "1.0"}, {"ce_id", "i"}, {"ce_source", "/s"}, {"ce_type", "t"}};

} // namespace

TEST_CASE("cloud event: the mode follows from the content type", "[formats]")
{
    using enum CloudEventMode;
    CHECK(cloud_event_mode("application/cloudevents+json", false) == structured);
    CHECK(cloud_event_mode("Application/CloudEvents+JSON ; charset=utf-8", true) == structured);
    CHECK(cloud_event_mode("application/cloudevents-batch+json", true) == refused);
    CHECK(cloud_event_mode("application/cloudevents+avro", true) == refused);
    CHECK(cloud_event_mode("application/json", true) == binary);
    CHECK(cloud_event_mode("", true) == binary);
    CHECK(cloud_event_mode("application/json", false) == none);
}

TEST_CASE("cloud event: data is unwrapped, time becomes ts, attributes are kept", "[formats]")
{
    CHECK(event(R"(,"time":"2026-01-01T00:00:00Z","data":{ "temp":21.50 })") ==
          R"({"ts":"2026-01-01T00:00:00Z","ce":{"id":"i","source":"/s","type":"t",)"
          R"("time":"2026-01-01T00:00:00Z"},"temp":21.50 })");
    CHECK(event(R"(,"time":"2026-01-01T00:00:00Z","data":{"ts":5})") ==
          R"({"ce":{"id":"i","source":"/s","type":"t","time":"2026-01-01T00:00:00Z"},"ts":5})");
    CHECK(event("") == R"({"ce":{"id":"i","source":"/s","type":"t"}})");
    CHECK(event(R"(,"data":{})") == R"({"ce":{"id":"i","source":"/s","type":"t"}})");
    CHECK(event(R"(,"data":[1,2.0])") ==
          R"({"ce":{"id":"i","source":"/s","type":"t"},"data":[1,2.0]})");
    CHECK(event(R"(,"data":null,"n":1,"b":true,"s":"\"")") ==
          R"({"ce":{"id":"i","source":"/s","type":"t","n":1,"b":true,"s":"\""}})");
    CHECK(event(R"(,"data_base64":"AP8=")") ==
          R"({"ce":{"id":"i","source":"/s","type":"t"},"data_base64":"AP8="})");
    CHECK(
        event(R"(,"datacontenttype":"application/json","data_base64":"eyJ0IjoxfQ==")") ==
        R"({"ce":{"id":"i","source":"/s","type":"t","datacontenttype":"application/json"},"t":1})");
}

TEST_CASE("cloud event: attributes are judged", "[formats]")
{
    CHECK(structured(R"({"id":"i","source":"/s","type":"t"})") == "bad_cloudevent at ''");
    CHECK(structured(R"({"specversion":"1.0","source":"/s","type":"t"})") ==
          "bad_cloudevent at ''");
    CHECK(structured(R"({"specversion":"1.0","id":"i","type":"t"})") == "bad_cloudevent at ''");
    CHECK(structured(R"({"specversion":"1.0","id":"i","source":"/s"})") == "bad_cloudevent at ''");
    CHECK(structured(R"({"specversion":"0.3","id":"i","source":"/s","type":"t"})") ==
          "bad_cloudevent at '/specversion'");
    CHECK(structured(R"({"specversion":"1.0","id":"","source":"/s","type":"t"})") ==
          "bad_cloudevent at '/id'");
    CHECK(structured(R"({"specversion":"1.0","id":5,"source":"/s","type":"t"})") ==
          "bad_cloudevent at '/id'");
    CHECK(structured(R"({"specversion":"1.0","id":"i","source":"a b","type":"t"})") ==
          "bad_cloudevent at '/source'");
    CHECK(event(R"(,"time":"yesterday")") == "bad_cloudevent at '/time'");
    CHECK(event(R"(,"subject":"")") == "bad_cloudevent at '/subject'");
    CHECK(event(R"(,"Upper":"x")") == "bad_cloudevent at '/Upper'");
    CHECK(event(R"(,"x":{})") == "bad_cloudevent at '/x'");
    CHECK(event(R"(,"x":1.5)") == "bad_cloudevent at '/x'");
    CHECK(event(R"(,"data":1,"data_base64":"")") == "bad_cloudevent at '/data_base64'");
    CHECK(event(R"(,"data_base64":"AP8")") == "bad_cloudevent at '/data_base64'");
    CHECK(event(R"(,"data_base64":"AP9=")") == "bad_cloudevent at '/data_base64'");
    CHECK(event(R"(,"data_base64":"=AAA")") == "bad_cloudevent at '/data_base64'");
    CHECK(event(R"(,"d\u0061ta":{"t":1})") == "bad_cloudevent at '/data'");
    CHECK(event(R"(,"data":{"ce":1})") == "duplicate_key at '/ce'");
    CHECK(event(R"(,"data":{"a":1,"a":2})") == "duplicate_key at '/data/a'");
    CHECK(structured("[]") == "bad_cloudevent at ''");
    CHECK(structured("{") == "not_json at ''");
    CHECK(structured("") == "not_json at ''");
}

TEST_CASE("cloud event: binary mode has its attributes in headers", "[formats]")
{
    CHECK(
        binary(kKafkaBinding, g_headers, "application/json", R"( {"t":1} )") ==
        R"({"ce":{"id":"i","source":"/s","type":"t","datacontenttype":"application/json"},"t":1})");
    CHECK(binary(kKafkaBinding, g_headers, "", "") ==
          R"({"ce":{"id":"i","source":"/s","type":"t"}})");
    CHECK(
        binary(kKafkaBinding, g_headers, "text/plain", "hi") ==
        R"({"ce":{"id":"i","source":"/s","type":"t","datacontenttype":"text/plain"},"data_base64":"aGk="})");
    CHECK(binary(kKafkaBinding, g_headers, "application/json", "{") == "not_json at ''");

    auto headers = g_headers;
    headers.push_back({"trace", "passed over"});
    headers.push_back({"ce_time", "2026-01-01T00:00:00Z"});
    CHECK(
        binary(kKafkaBinding, headers, "", "{}") ==
        R"({"ts":"2026-01-01T00:00:00Z","ce":{"id":"i","source":"/s","type":"t","time":"2026-01-01T00:00:00Z"}})");
    headers.push_back({"ce_id", "j"});
    CHECK(binary(kKafkaBinding, headers, "", "{}") == "bad_cloudevent at '/id'");
    headers.back() = {"ce_x", "\xff"};
    CHECK(binary(kKafkaBinding, headers, "", "{}") == "bad_cloudevent at '/x'");
    CHECK(binary(kKafkaBinding, {}, "", "{}") == "bad_cloudevent at ''");

    CHECK(
        binary(
            kMqttBinding,
            {{"specversion", "1.0"}, {"id", "i"}, {"source", "/s"}, {"type", "t"}, {"My-Own", "x"}},
            "application/json", R"({"t":1})") ==
        R"({"ce":{"id":"i","source":"/s","type":"t","datacontenttype":"application/json"},"t":1})");
}

TEST_CASE("cloud event: an event cut anywhere, and any byte changed, does no harm", "[formats]")
{
    const std::string whole =
        R"({"specversion":"1.0","id":"i","source":"/s","type":"t","time":"2026-01-01T00:00:00Z",)"
        R"("data":{"a":"\u00e9\"","b":[1,{"c":null}]},"x":"y"})";
    REQUIRE(structured(whole).starts_with("{"));
    CloudEventDecoder decoder;
    std::string out;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        static_cast<void>(decoder.structured(whole.substr(0, at), out));
        for (const char c : std::string{"\"\\{}[],:0 \xff"}) {
            auto changed = whole;
            changed[at] = c;
            static_cast<void>(decoder.structured(changed, out));
        }
    }
}
