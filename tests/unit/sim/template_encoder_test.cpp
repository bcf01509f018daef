// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/template_encoder.hpp"

using namespace tlm;
using namespace tlm::sim;

namespace {

const std::vector<Signal> kSignals{
    {"temp", {}, 1}, {"drive", {}, 0, {}, true}, {"state", {}, 0, {"off", "on"}}};

std::string filled(std::string_view text, const Distortion& distortion = {})
{
    const auto compiled = Template::compile(text, kSignals);
    if (const auto* const wrong = std::get_if<std::string>(&compiled)) {
        return *wrong;
    }
    const std::vector<double> values{21.5, 7, 1};
    std::string out;
    std::get<Template>(compiled).append(out, {"pump-1", 0, 1'767'225'600'123, 7, 42, values},
                                        distortion);
    return out;
}

} // namespace

TEST_CASE("template: holes are filled, all else stands for itself", "[sim]")
{
    CHECK(filled(R"({"t":{{ts}},"at":"{{time}}","id":"{{deviceId}}","n":[{{boot}},{{seq}}],)"
                 R"("temp":{{temp}},"state":"{{state}}"})") ==
          R"({"t":1767225600123,"at":"2026-01-01T00:00:00.123Z","id":"pump-1","n":[7,42],)"
          R"("temp":21.5,"state":"on"})");
    CHECK(filled("") == "");
    CHECK(filled("{ }}") == "{ }}");
}

TEST_CASE("template: a hole that nothing fills, or that does not end", "[sim]")
{
    CHECK(filled("{{humidity}}") ==
          "{{humidity}} is no metric, nor one of ts, time, boot, seq, deviceId");
    CHECK(filled("{{drive}}").starts_with("{{drive}} is no metric")); // hidden
    CHECK(filled("{{temp}").starts_with("a hole opens"));
}

TEST_CASE("template: whether it makes JSON objects, with each text of its metrics", "[sim]")
{
    const auto makes_objects = [](std::string_view text, std::vector<Signal> signals = kSignals) {
        auto compiled = Template::compile(text, signals);
        return std::get<Template>(compiled).makes_objects();
    };
    CHECK(makes_objects(R"({"t":{{ts}},"at":"{{time}}","temp":{{temp}},"state":"{{state}}"})"));
    CHECK_FALSE(makes_objects(R"({"state":{{state}}})"));
    CHECK_FALSE(makes_objects(R"({"temp":{{temp}})"));
    CHECK_FALSE(makes_objects(R"([{{temp}}])"));
    CHECK_FALSE(makes_objects(R"({"id":{{deviceId}}})"));
    CHECK_FALSE(makes_objects(R"({"temp":1,"temp":{{temp}}})"));
    CHECK_FALSE(makes_objects(""));
    CHECK_FALSE(makes_objects(R"({"state":{{state}}})", {{"state", {}, 0, {"1", "2", "off"}}}));
    CHECK(makes_objects(R"({"state":{{state}}})", {{"state", {}, 0, {"1", "2"}}}));
}

TEST_CASE("template: distorted messages", "[sim]")
{
    CHECK(filled("{{ts}} {{deviceId}} {{temp}} {{temp}}",
                 {.clock = milliseconds{1}, .claimed_id = "x", .mistyped = true}) ==
          "1767225600124 x null 21.5");
}
