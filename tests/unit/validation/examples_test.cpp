// SPDX-License-Identifier: Apache-2.0
// The files under examples/validation do what their names promise.
#include "common/base/error.hpp"
#include "common/validation/stage.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <fstream>
#include <sstream>
#include <string>

using namespace tlm;
using namespace tlm::validation;

namespace {

std::string example(const std::string& name)
{
    std::ifstream file(std::string{TLM_EXAMPLES "/"} + name);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

SchemaSet example_schemas()
{
    SchemaSet set;
    set.map = SchemaMap::parse(example("schema.map"), "schema.map");
    for (const auto& name : set.map->schemas()) {
        set.mapped.push_back(schema::Schema::compile(example(name), "", {}));
    }
    for (const auto& name : set.map->rules()) {
        set.mapped_rules.push_back(name.empty() ? nullptr : parse_rules(example(name), name));
    }
    return set;
}

} // namespace

TEST_CASE("examples: registry, map, rules and schema work together", "[validation]")
{
    for (const auto* registry : {"registry.csv", "registry.ndjson"}) {
        Stage stage({.unknown_device = UnknownDevice::reject});
        stage.use_registry(Registry::parse(example(registry), registry));
        stage.use_schemas(example_schemas());
        PayloadReader reader;
        const auto judge = [&](std::string_view id, std::string_view payload) {
            const auto verdict = reader.read(id, payload, 1'767'225'600'000);
            const auto& record = std::get<Record>(verdict);
            const auto data = reader.data();
            const auto judgement =
                stage.judge(record, {.data = data, .topic = "devices/x/telemetry"});
            return judgement.reject
                       ? std::string{reason_name(judgement.reject->reason)} + judgement.reject->path
                       : std::string{judgement.record.data};
        };
        CHECK(stage.needs_topic());
        CHECK(judge("pump-17", R"({"temp_f":"70,7","rpm":"1480", "supply_mv":3300})") ==
              R"({"temp_c":21.5,"rpm":1480, "supply_v":3.3})");
        CHECK(judge("pump-18", R"({"temp_c":126,"rpm":1})") == "out_of_range/temp_c");
        CHECK(judge("pump-18", R"({"temp_c":"hot","rpm":1})") == "schema/temp_c");
        CHECK(judge("pump-99", R"({"temp_c":126,"rpm":1})") == "unknown_device");
    }
}
