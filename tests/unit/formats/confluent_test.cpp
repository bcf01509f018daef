// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/formats/confluent.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/descriptors.hpp"

#include <map>
#include <string>

using namespace tlm;
using namespace tlm::formats;
using namespace std::string_literals;

namespace {

/// A folder in memory that counts how often it is asked.
struct Folder {
    std::map<std::string, std::string> files;
    int asked = 0;

    SchemaFiles source()
    {
        return SchemaFiles{[this](const std::string& name) -> std::optional<std::string> {
            ++asked;
            const auto found = files.find(name);
            return found == files.end() ? std::nullopt : std::optional{found->second};
        }};
    }
};

struct Decoder {
    Folder folder{{{"7.desc", test::descriptor_set(test::all_kinds_proto())},
                   {"8.json", "true"},
                   {"9.desc", "nonsense"}}};
    SchemaFiles source = folder.source();
    SchemaCache cache{source};
    ConfluentDecoder decoder{cache};

    /// The JSON, or the reason.
    std::string takes(const std::string& bytes)
    {
        std::string out;
        auto verdict = decoder.decode(bytes, {}, out);
        if (const auto* reject = std::get_if<Reject>(&verdict)) {
            CHECK(out.empty());
            CHECK_FALSE(reject->detail.empty());
            return std::string{reason_name(reject->reason)};
        }
        return out;
    }
};

} // namespace

TEST_CASE("confluent: a message is read with the schema that it names", "[formats]")
{
    Decoder decoder;
    const auto x = "\x09\0\0\0\0\0\0\xf0\x3f"s;
    CHECK(decoder.takes("\0\0\0\0\x07\0"s + x) == R"({"x":1})"); // test.Point, the first message
    CHECK(decoder.takes("\0\0\0\0\x07\x02\0"s + x) == R"({"x":1})");
    CHECK(decoder.takes("\0\0\0\0\x07\x02\x02\x08\x05"s) == R"({"aInt32":5})");
    CHECK(decoder.takes("\0\0\0\0\x07\x04\x02\0\x0a\x01z"s) == R"({"name":"z"})");
    CHECK(decoder.takes("\0\0\0\0\x07\0"s) == "{}");
    CHECK(decoder.takes("\0\0\0\0\x08{\"t\":1}"s) == R"({"t":1})");
}

TEST_CASE("confluent: what is framed badly is rejected", "[formats]")
{
    Decoder decoder;
    CHECK(decoder.takes("") == "bad_framing");
    CHECK(decoder.takes("{\"t\":1}") == "bad_framing");
    CHECK(decoder.takes("\x01\0\0\0\x07\0"s) == "bad_framing");
    CHECK(decoder.takes("\0\0\0\x07"s) == "bad_framing");
    CHECK(decoder.takes("\0\0\0\0\x07"s) == "bad_framing");
    CHECK(decoder.takes("\0\0\0\0\x07\x04\x02"s) == "bad_framing");
    CHECK(decoder.takes("\0\0\0\0\x07\x01\0"s) == "bad_framing"); // a count of -1
    CHECK(decoder.takes("\0\0\0\0\x07\x02\x01"s) == "bad_framing");
    CHECK(decoder.takes("\0\0\0\0\x07\x02\x08"s) == "bad_framing"); // no fifth message
    CHECK(decoder.takes("\0\0\0\0\x07\xff\xff\xff\xff\x0f"s) == "bad_framing");
    CHECK(decoder.takes("\0\0\0\0\x07\0\x08"s) == "bad_protobuf");
    CHECK(decoder.takes("\0\0\0\x01\x07\0"s) == "unknown_schema_id");
    CHECK_THROWS_WITH(decoder.takes("\0\0\0\0\x09\0"s),
                      Catch::Matchers::StartsWith("9.desc: not a"));
}

TEST_CASE("schema cache: what is missing is asked for again after a while", "[formats]")
{
    Folder folder;
    auto source = folder.source();
    SchemaCache cache{source, {10, milliseconds{1000}}};
    Monotonic now{};
    CHECK(cache.find(1, now) == nullptr);
    CHECK(folder.asked == 2); // both kinds of file
    now += milliseconds{999};
    CHECK(cache.find(1, now) == nullptr);
    CHECK(folder.asked == 2);
    folder.files["1.json"] = "{}";
    now += milliseconds{1};
    REQUIRE(cache.find(1, now) != nullptr);
    CHECK(cache.find(1, now)->json_schema == "{}");
    CHECK(folder.asked == 4);
    cache.clear();
    CHECK(cache.find(1, now) != nullptr);
    CHECK(folder.asked == 6);
}

TEST_CASE("schema cache: the schema not used for longest makes room", "[formats]")
{
    Folder folder{{{"1.json", "1"}, {"2.json", "2"}, {"3.json", "3"}}};
    auto source = folder.source();
    SchemaCache cache{source, {2, milliseconds{1000}}};
    for (const std::uint32_t id : {1, 2, 1, 3}) {
        CHECK(cache.find(id, {}) != nullptr);
    }
    folder.asked = 0;
    CHECK(cache.find(1, {}) != nullptr);
    CHECK(cache.find(3, {}) != nullptr);
    CHECK(folder.asked == 0);
    CHECK(cache.find(2, {}) != nullptr);
    CHECK(folder.asked == 2);
    for (std::uint32_t id = 100; id < 200; ++id) { // a flood of ids costs questions, not memory
        CHECK(cache.find(id, {}) == nullptr);
    }
    CHECK(cache.find(2, {}) != nullptr);
}

TEST_CASE("schema cache: a source that fails is asked again at once", "[formats]")
{
    struct Away final : SchemaSource {
        int asked = 0;

        std::optional<RegisteredSchema> fetch(std::uint32_t /*id*/) override
        {
            ++asked;
            throw transient_error("the registry is away");
        }
    } away;

    SchemaCache cache{away};
    CHECK_THROWS_AS(cache.find(1, {}), Error);
    CHECK_THROWS_AS(cache.find(1, {}), Error);
    CHECK(away.asked == 2);
}
