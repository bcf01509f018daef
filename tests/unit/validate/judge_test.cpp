// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/validate/judge.hpp"

using namespace tlm;
using namespace tlm::validate;
using validation::Fate;

namespace {

validation::SchemaSet schema_of(const std::string& text)
{
    validation::SchemaSet set;
    set.otherwise = schema::Schema::compile(text, "", {});
    return set;
}

std::string record_of(const std::string& data)
{
    return R"({"v":1,"deviceId":"d","ts":1,"receivedAt":2,"data":)" + data + "}";
}

validation::StageSettings with(const std::string& on_invalid)
{
    validation::StageSettings settings;
    REQUIRE(settings.on_invalid.set(on_invalid));
    return settings;
}

} // namespace

TEST_CASE("judge: a valid line is given back as it is", "[validate]")
{
    Judge judge(Form::records, {}, schema_of(R"({"required":["a"]})"), nullptr);
    const auto line = record_of("{ \"a\":1.50 }");
    const auto ruling = judge.judge(line, "");
    CHECK(ruling.fate == Fate::go_on);
    CHECK(ruling.value.data() == line.data());
    CHECK(ruling.value.size() == line.size());
    CHECK(judge.record().device_id == "d");
}

TEST_CASE("judge: a path begins at the record", "[validate]")
{
    Judge judge(Form::records, {}, schema_of(R"({"properties":{"a":{"maximum":1}}})"), nullptr);
    const auto ruling = judge.judge(record_of(R"({"a":2})"), "");
    CHECK(ruling.fate == Fate::dead_letter);
    REQUIRE(ruling.reject);
    CHECK(ruling.reject->reason == Reason::schema);
    CHECK(ruling.reject->path == "/data/a");
    CHECK(ruling.reject->schema_path == "/properties/a/maximum");
    CHECK(judge.readable());
}

TEST_CASE("judge: what is no record is a dead letter whatever the policy", "[validate]")
{
    for (const auto* const what : {"dlq", "drop", "mark", "pass"}) {
        Judge judge(Form::records, with(what), {}, nullptr);
        CHECK(judge.judge("{}", "").fate == Fate::dead_letter);
        CHECK_FALSE(judge.readable());
    }
}

TEST_CASE("judge: values have fates as records have", "[validate]")
{
    Judge passes(Form::values, with("pass"), schema_of("false"), nullptr);
    const auto passed = passes.judge("1", "");
    CHECK(passed.fate == Fate::go_on);
    CHECK(passed.reject.has_value());
    Judge drops(Form::values, with("drop"), schema_of("false"), nullptr);
    CHECK(drops.judge("1", "").fate == Fate::drop);
    CHECK(drops.judge("1,", "").fate == Fate::dead_letter);
}

TEST_CASE("judge: new schemas judge from the next line on", "[validate]")
{
    Judge judge(Form::values, {}, schema_of("false"), nullptr);
    CHECK(judge.judge("1", "").fate == Fate::dead_letter);
    judge.use(schema_of("true"), nullptr);
    CHECK(judge.judge("1", "").fate == Fate::go_on);
}

TEST_CASE("judge: a payload without envelope becomes a record", "[validate]")
{
    Judge judge(Form::records, with("schema=mark"),
                schema_of(R"({"properties":{"a":{"maximum":1}}})"), nullptr);
    const auto good = judge.judge_payload("d", R"({"ts":5,"a":1})", 7, "");
    CHECK(good.fate == Fate::go_on);
    CHECK(good.value == R"({"v":1,"deviceId":"d","ts":5,"receivedAt":7,"data":{"ts":5,"a":1}})");
    const auto marked = judge.judge_payload("d", R"({"a":2})", 7, "");
    CHECK(marked.fate == Fate::go_on);
    CHECK(marked.value.find(R"("invalid":)") != std::string_view::npos);
    CHECK(marked.value.find(R"("tsSource":"bridge")") != std::string_view::npos);
    const auto reason = [](const Ruling& ruling) { return ruling.reject.value().reason; };
    CHECK(reason(judge.judge_payload("a b", "{}", 7, "")) == Reason::bad_device_id);
    CHECK(reason(judge.judge_payload("", "{}", 7, "")) == Reason::bad_device_id);
    CHECK(reason(judge.judge_payload("d", "[]", 7, "")) == Reason::not_an_object);
    CHECK(reason(judge.judge_payload("d", R"({"deviceId":"e"})", 7, "")) == Reason::spoofed_id);
    CHECK_FALSE(judge.readable());
}

TEST_CASE("judge: what a payload was decoded to may be longer than a payload", "[validate]")
{
    const std::string json = R"({"a":")" + std::string(300UL * 1024, 'x') + R"("})";
    Judge judge(Form::records, {}, schema_of("{}"), nullptr);
    CHECK(judge.judge_payload("d", json, 7, "").fate == Fate::dead_letter);
    Judge wide(Form::records, {}, schema_of("{}"), nullptr, {.max_payload_bytes = json.size()});
    CHECK(wide.judge_payload("d", json, 7, "").fate == Fate::go_on);
}
