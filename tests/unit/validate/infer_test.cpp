// SPDX-License-Identifier: Apache-2.0
#include "common/record/record.hpp"
#include "common/schema/schema.hpp"
#include "tests/support/catch.hpp"
#include "tools/validate/infer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::validate;

namespace {

std::string draft_of(const std::vector<std::string>& samples)
{
    Sketch sketch;
    ValueReader reader;
    for (const auto& sample : samples) {
        REQUIRE_FALSE(reader.read(sample).has_value());
        sketch.watch(reader.value());
    }
    return sketch.draft();
}

bool accepts(const std::string& schema, const std::string& text)
{
    schema::Validator validator(schema::Schema::compile(schema, "", {}));
    ValueReader reader;
    REQUIRE_FALSE(reader.read(text).has_value());
    return validator.accepts(reader.value());
}

} // namespace

TEST_CASE("infer: a draft accepts every sample, whatever it is", "[validate]")
{
    const std::vector<std::string> samples{"null",
                                           "true",
                                           "-9223372036854775808",
                                           "18446744073709551615",
                                           "1e308",
                                           "-1e-308",
                                           "0",
                                           "\"\"",
                                           "\"\\u00e4\"",
                                           "[]",
                                           "[1,\"a\",[null]]",
                                           "{}",
                                           R"({"a":{"b":[{"c":1}]}})",
                                           R"({"a":1,"a":2})",
                                           "0.1",
                                           "-23.4",
                                           "999999999999999999"};
    auto mixed = samples;
    std::mt19937 random(1);
    for (int turn = 0; turn < 20; ++turn) {
        std::shuffle(mixed.begin(), mixed.end(), random);
        const std::vector<std::string> some(mixed.begin(), mixed.begin() + 1 + turn % 17);
        const auto draft = draft_of(some);
        for (const auto& sample : some) {
            INFO(draft << sample);
            CHECK(accepts(draft, sample));
        }
    }
}

TEST_CASE("infer: the order of the samples does not matter", "[validate]")
{
    CHECK(draft_of({R"({"b":1,"a":"x"})", R"({"a":"y"})", "3"}) ==
          draft_of({"3", R"({"a":"y"})", R"({"a":"x","b":1})"}));
}

TEST_CASE("infer: few words that repeat are an enum", "[validate]")
{
    std::vector<std::string> samples(10, R"({"m":"on"})");
    samples.emplace_back(R"({"m":"off"})");
    const auto draft = draft_of(samples);
    CHECK(accepts(draft, R"({"m":"off"})"));
    CHECK_FALSE(accepts(draft, R"({"m":"of"})"));
    CHECK_FALSE(accepts(draft, R"({})"));
    CHECK_FALSE(accepts(draft, R"({"m":"on","n":1})"));
}

TEST_CASE("infer: beyond the bound of members an object is open", "[validate]")
{
    std::string many = "{\"k0\":0";
    for (std::size_t i = 1; i <= Sketch::kMaxMembers + 1; ++i) {
        many += ",\"k" + std::to_string(i) + "\":0";
    }
    CHECK(accepts(draft_of({many + "}"}), many + ",\"more\":1}"));
}
