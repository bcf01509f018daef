// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/mqtt2kafka/translate.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <vector>

using tlm::DeadLetter;
using tlm::EpochMs;
using tlm::Output;
using tlm::Reason;
using tlm::mqtt2kafka::Message;
using tlm::mqtt2kafka::Translated;
using tlm::mqtt2kafka::TranslateOptions;
using tlm::mqtt2kafka::Translator;

namespace {

constexpr EpochMs kNow = 1'767'225'600'000;
constexpr EpochMs kDay = 86'400'000;

Message message(std::string_view payload, std::string_view topic = "devices/d1/telemetry")
{
    return {topic, payload, 1, false, false};
}

std::string header(const Output& output, std::string_view name)
{
    const auto found = std::find_if(output.headers.begin(), output.headers.end(),
                                    [name](const auto& header) { return header.name == name; });
    return found == output.headers.end() ? "(none)" : found->value;
}

/// The payload that a device with its clock at `ts` sends.
std::string payload_at(EpochMs ts)
{
    return R"({"ts":)" + std::to_string(ts) + R"(,"x":1})";
}

} // namespace

TEST_CASE("translate: a good payload becomes a record keyed by its device", "[mqtt2kafka]")
{
    Translator translator{TranslateOptions{}};
    const std::string payload = payload_at(kNow - 5);
    const auto result = translator.translate(message(payload), kNow);
    REQUIRE(std::holds_alternative<Translated>(result));
    const auto& output = std::get<Translated>(result).output;
    CHECK(output.key == "d1");
    CHECK(output.timestamp == kNow - 5);
    CHECK(output.value == R"({"v":1,"deviceId":"d1","ts":1767225599995,"receivedAt":1767225600000,)"
                          R"("data":{"ts":1767225599995,"x":1}})");
    CHECK(header(output, "mqtt-topic") == "devices/d1/telemetry");
    CHECK(header(output, "mqtt-qos") == "1");
    CHECK(header(output, "mqtt-retain") == "(none)");
    CHECK(header(output, "tlm-ts-replaced") == "(none)");
}

TEST_CASE("translate: MQTT 5 properties become headers, of dead letters as well", "[mqtt2kafka]")
{
    Translator translator{TranslateOptions{}};
    const std::vector<tlm::Header> properties{{"content-type", "text/x"}, {"user-unit", "K"}};
    Message given = message("{}");
    given.properties = properties;
    const auto result = translator.translate(given, kNow);
    const auto& output = std::get<Translated>(result).output;
    CHECK(header(output, "mqtt-content-type") == "text/x");
    CHECK(header(output, "mqtt-user-unit") == "K");
    CHECK(header(output, "mqtt-properties-cut") == "(none)");
    given.properties_cut = 7;
    const auto cut = translator.translate(given, kNow);
    CHECK(header(std::get<Translated>(cut).output, "mqtt-properties-cut") == "7");
    given.payload = "nope";
    const auto rejected = translator.translate(given, kNow);
    CHECK(std::get<DeadLetter>(rejected).source.back() == tlm::Header{"mqtt-user-unit", "K"});
}

TEST_CASE("translate: retained messages and QoS 0 are marked", "[mqtt2kafka]")
{
    Translator translator{TranslateOptions{}};
    Message retained = message("{}");
    retained.retain = true;
    retained.qos = 0;
    const auto result = translator.translate(retained, kNow);
    CHECK(header(std::get<Translated>(result).output, "mqtt-retain") == "1");
    CHECK(header(std::get<Translated>(result).output, "mqtt-qos") == "0");

    // Headers of one message do not leak into the next.
    const auto plain = translator.translate(message("{}"), kNow);
    CHECK(header(std::get<Translated>(plain).output, "mqtt-retain") == "(none)");
}

TEST_CASE("translate: a clock too far off does not become Kafka's timestamp", "[mqtt2kafka]")
{
    Translator translator{TranslateOptions{}};
    const auto timestamp = [&](EpochMs ts, std::string& why) {
        const std::string payload = payload_at(ts);
        const auto result = translator.translate(message(payload), kNow);
        why = header(std::get<Translated>(result).output, "tlm-ts-replaced");
        CHECK(std::get<Translated>(result).output.value.find(std::to_string(ts)) !=
              std::string_view::npos);
        return std::get<Translated>(result).output.timestamp;
    };
    std::string why;
    CHECK(timestamp(kNow - kDay, why) == kNow - kDay);
    CHECK(why == "(none)");
    CHECK(timestamp(kNow + 300'000, why) == kNow + 300'000);
    CHECK(why == "(none)");
    CHECK(translator.replaced_timestamps() == 0);

    CHECK(timestamp(kNow - kDay - 1, why) == kNow);
    CHECK(why == "too-old");
    CHECK(timestamp(kNow + 300'001, why) == kNow);
    CHECK(why == "too-far-ahead");
    CHECK(timestamp(0, why) == kNow);
    CHECK(translator.replaced_timestamps() == 3);
}

TEST_CASE("translate: what cannot be a record becomes a dead letter", "[mqtt2kafka]")
{
    Translator translator{TranslateOptions{}};
    const auto reason = [&](std::string_view payload, std::string_view topic) {
        const auto result = translator.translate(message(payload, topic), kNow);
        REQUIRE(std::holds_alternative<DeadLetter>(result));
        const auto& letter = std::get<DeadLetter>(result);
        CHECK(letter.payload == payload);
        CHECK(letter.received_at == kNow);
        REQUIRE(letter.source.size() == 2);
        CHECK(letter.source[0] == tlm::Header{"mqtt-topic", std::string{topic}});
        CHECK(letter.source[1] == tlm::Header{"mqtt-qos", "1"});
        return std::pair{letter.reject.reason, std::string{letter.key}};
    };
    CHECK(reason("{}", "devices/d1/state") == std::pair{Reason::bad_topic, std::string{}});
    CHECK(reason("{}", "devices/a b/telemetry") == std::pair{Reason::bad_device_id, std::string{}});
    CHECK(reason("", "devices/d1/telemetry") ==
          std::pair{Reason::empty_payload, std::string{"d1"}});
    CHECK(reason("nope", "devices/d1/telemetry") == std::pair{Reason::not_json, std::string{"d1"}});
}

TEST_CASE("translate: the limits are those given", "[mqtt2kafka]")
{
    TranslateOptions options;
    options.limits.max_payload_bytes = 8;
    Translator translator{std::move(options)};
    CHECK(std::holds_alternative<Translated>(translator.translate(message(R"({"a":12})"), kNow)));
    const auto result = translator.translate(message(R"({"a":123})"), kNow);
    CHECK(std::get<DeadLetter>(result).reject.reason == Reason::too_long);
}

TEST_CASE("translate: a message and its record in the topic have one digest", "[mqtt2kafka]")
{
    TranslateOptions options;
    options.seed = 17;
    Translator translator{options};
    tlm::RecordReader reader;
    const auto digests = [&](std::string_view payload) {
        const auto result = translator.translate(message(payload), kNow);
        const auto& translated = std::get<Translated>(result);
        const std::string line{translated.output.value};
        const auto digest = translated.digest;
        const auto record = reader.read(line);
        return std::tuple{translated.identified, digest,
                          translator.digest(std::get<tlm::Record>(record), {})};
    };
    for (const auto* payload : {R"({"seq":7,"x":1})", R"({"ts":1767225600000})",
                                "{\n\"seq\":7,\r\n \"x\":1}", " {\"seq\":7}\r\n"}) {
        const auto [identified, digest, found] = digests(payload);
        CHECK(identified);
        CHECK(found == digest);
    }
    // Two equal messages without time and number may both be true.
    const auto [identified, digest, found] = digests(R"({"x":1})");
    CHECK_FALSE(identified);
    CHECK(found == std::nullopt);
    CHECK(std::get<1>(digests(R"({"seq":7,"x":1})")) != std::get<1>(digests(R"({"seq":8,"x":1})")));
    const auto other = translator.translate(message(R"({"seq":7})", "devices/d2/telemetry"), kNow);
    CHECK(std::get<Translated>(other).digest != std::get<1>(digests(R"({"seq":7})")));
}

TEST_CASE("translate: the validation stage judges the payload", "[mqtt2kafka]")
{
    TranslateOptions options;
    options.stage.emplace();
    const auto* const wanted = GENERATE("dlq", "drop", "mark", "pass");
    REQUIRE(options.stage->on_invalid.set(wanted));
    Translator translator{options};
    tlm::validation::SchemaSet schemas;
    schemas.otherwise = tlm::schema::Schema::compile(
        R"({"properties": {"temp_c": {"maximum": 100}}})", "temp.json", {});
    translator.use(schemas, nullptr);

    CHECK(std::holds_alternative<Translated>(
        translator.translate(message(R"({"temp_c":20})"), kNow)));
    const auto result = translator.translate(message(R"({"temp_c":200})"), kNow);
    const std::string_view how = wanted;
    if (how == "dlq") {
        const auto& letter = std::get<DeadLetter>(result);
        CHECK(letter.reject.reason == Reason::schema);
        CHECK(letter.reject.path == "/temp_c");
        CHECK(letter.payload == R"({"temp_c":200})");
    } else if (how == "drop") {
        CHECK(std::holds_alternative<tlm::mqtt2kafka::Dropped>(result));
    } else {
        const auto value = std::get<Translated>(result).output.value;
        CHECK((value.find(R"("invalid":)") != std::string_view::npos) == (how == "mark"));
        CHECK(value.find(R"("data":{"temp_c":200})") != std::string_view::npos);
    }
}
