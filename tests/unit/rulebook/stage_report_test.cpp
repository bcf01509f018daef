// SPDX-License-Identifier: Apache-2.0
#include "common/rulebook/stage_report.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <string>

using namespace tlm;
using namespace tlm::validation;

namespace {

/// A stage that has judged these lines.
void judge(Stage& stage, std::initializer_list<std::string_view> lines)
{
    RecordReader reader;
    for (const auto line : lines) {
        const auto verdict = reader.read(line);
        const auto data = reader.data();
        static_cast<void>(stage.judge(std::get<Record>(verdict), {.data = data, .place = "/data"}));
    }
}

} // namespace

TEST_CASE("stage report: what the stage counts stands in the metrics", "[rulebook]")
{
    ops::Metrics metrics("test");
    rulebook::StageMetrics report(metrics, "tlm_test");
    Stage stage({.sequence = true, .skew = true});
    SchemaSet set;
    set.otherwise = schema::Schema::compile(R"({"properties":{"x":{"maximum":9}}})", "s.json", {});
    stage.use_schemas(set);
    judge(stage, {R"({"v":1,"deviceId":"a","ts":1000,"receivedAt":1010,"seq":1,"data":{"x":1}})",
                  R"({"v":1,"deviceId":"a","ts":2000,"receivedAt":2010,"seq":4,"data":{"x":10}})",
                  R"({"v":1,"deviceId":"b","ts":1000,"receivedAt":9000,"seq":1,"data":{"x":1}})"});
    FloodCap cap({.repeats = true}, {1, 2});
    CHECK(cap.admit("a", Reason::not_json, "x", 1));
    CHECK_FALSE(cap.admit("a", Reason::not_json, "x", 1));
    report.update(stage);
    report.update(stage); // totals, not sums of totals
    report.update(cap);

    const std::string text = "\n" + metrics.text();
    for (const std::string line :
         {R"(tlm_test_sequence_total{order="gap"} 1)",
          R"(tlm_test_sequence_total{order="first"} 2)", "tlm_test_missing_seqs_total 2",
          "tlm_test_devices 2",
          R"(tlm_test_broken_keywords_total{keyword="/properties/x/maximum",reason="schema"} 1)",
          R"(tlm_test_devices_by_clock{clock="near"} 1)",
          R"(tlm_test_devices_by_clock{clock="behind_5s"} 1)",
          R"(tlm_test_suppressed_dead_letters_total{kind="repeat"} 1)",
          R"(tlm_test_suppressed_dead_letters_total{kind="lost"} 0)"}) {
        INFO(line);
        CHECK(text.find("\n" + line + "\n") != std::string::npos);
    }
}
