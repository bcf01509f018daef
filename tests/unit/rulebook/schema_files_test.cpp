// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/rulebook/schema_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <simdjson.h>

#include <filesystem>
#include <string>

using namespace tlm;
using namespace tlm::rulebook;
namespace fs = std::filesystem;

namespace {

/// A folder of the test's own files, in folders below it where a name says so.
class Files {
  public:
    fs::path write(const std::string& name, std::string_view text) const
    {
        fs::create_directories((m_folder.path() / name).parent_path());
        return m_folder.write(name, text);
    }

    [[nodiscard]] fs::path path(const std::string& name) const { return m_folder.path() / name; }

  private:
    TemporaryFolder m_folder;
};

/// What is wrong, or nothing.
template <typename Call>
std::string error_of(Call call)
{
    try {
        static_cast<void>(call());
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return {};
}

bool accepts(const std::shared_ptr<const schema::Schema>& schema, std::string_view json)
{
    simdjson::dom::parser parser;
    schema::Validator validator{schema};
    return validator.accepts(parser.parse(simdjson::padded_string{json}).value());
}

/// Whether the schema of `main.json`, which refers to `ref`, wants a number.
bool refers_to_number(const Files& files, const std::string& ref,
                      const std::vector<std::string>& folders = {})
{
    validation::RuleSources sources;
    sources.schema = files.write("home/main.json", R"({"$ref":")" + ref + R"("})");
    sources.schema_dirs = folders;
    const auto set = load_schemas(sources);
    return accepts(set.otherwise, "1") && !accepts(set.otherwise, "\"1\"");
}

constexpr std::string_view kNumber = R"({"type":"number"})";

} // namespace

TEST_CASE("rulebook: nothing named is nothing judged", "[rulebook]")
{
    const validation::RuleSources sources;
    CHECK_FALSE(sources.any());
    const auto set = load_schemas(sources);
    CHECK(set.otherwise == nullptr);
    CHECK_FALSE(set.map);
    CHECK(load_registry(sources) == nullptr);
}

TEST_CASE("rulebook: names in a map are relative to the map's folder", "[rulebook]")
{
    const Files files;
    validation::RuleSources sources;
    sources.schema_map = files.write("maps/schema.map", "tags.model x1 pump.json sub/pump.rules\n"
                                                        "tags.model x2 pump.json\n");
    files.write("maps/pump.json", kNumber);
    files.write("maps/sub/pump.rules", R"({"values":{"/x":{"min":1}}})");
    CHECK(sources.any());
    const auto set = load_schemas(sources);
    REQUIRE(set.mapped.size() == set.map->schemas().size());
    CHECK(accepts(set.mapped.at(0), "1"));
    REQUIRE(set.mapped_rules.size() == set.map->rules().size());
    CHECK(set.mapped_rules.at(0)->size() == 1);
}

TEST_CASE("rulebook: what is wrong names its file", "[rulebook]")
{
    const Files files;
    const auto error = [](const auto& change) {
        validation::RuleSources sources;
        change(sources);
        return error_of([&] {
            static_cast<void>(load_registry(sources));
            return load_schemas(sources);
        });
    };
    files.write("pump.json", "{}");
    const auto names = [](const std::string& text, std::string_view what) {
        INFO(text);
        return text.find(what) != std::string::npos;
    };
    CHECK(names(error([&](auto& s) { s.schema = files.path("none.json"); }), "none.json"));
    CHECK(names(error([&](auto& s) { s.schema = files.write("bad.json", "{"); }), "bad.json"));
    CHECK(names(error([&](auto& s) { s.rules = files.write("bad.rules", R"({"x":1})"); }),
                "bad.rules"));
    CHECK(names(error([&](auto& s) { s.schema_map = files.write("a.map", "topic\n"); }), "a.map"));
    CHECK(names(error([&](auto& s) { s.schema_map = files.write("b.map", "topic + gone.json"); }),
                "gone.json"));
    const auto map = [&](std::string_view lines) {
        return error([&](auto& s) { s.schema_map = files.write("c.map", lines); });
    };
    const auto at = files.path("c.map").string();
    CHECK(map("# x\ntopic + gone.json") == at + ":2: cannot read " +
                                               files.path("gone.json").string() +
                                               ": No such file or directory");
    CHECK(map("topic + bad.json").starts_with(at + ":1: schema "));
    CHECK(map("\ntopic + pump.json gone.rules").starts_with(at + ":2: cannot read "));
    CHECK(map("topic + pump.json bad.rules").starts_with(at + ":1: "));
    CHECK(names(map("topic + pump.json bad.rules"), "bad.rules: /x"));
    CHECK(names(error([&](auto& s) { s.registry = files.write("r.csv", "id\n1\n"); }), "r.csv"));
    CHECK(names(error([&](auto& s) { s.schema_dirs = {files.path("nowhere")}; }), "nowhere"));
}

TEST_CASE("rulebook: a byte order mark is passed over", "[rulebook]")
{
    const Files files;
    const std::string mark = "\xEF\xBB\xBF";
    validation::RuleSources sources;
    sources.schema = files.write("main.json", mark + R"({"$ref":"number.json"})");
    files.write("number.json", mark + std::string{kNumber});
    sources.schema_map = files.write("map", mark + "tags.model x number.json x.rules\n");
    files.write("x.rules", mark + R"({"values":{"/x":{"min":1}}})");
    sources.registry = files.write("devices.ndjson", mark + R"({"deviceId":"a","site":"b"})");
    const auto set = load_schemas(sources);
    CHECK_FALSE(accepts(set.otherwise, "true"));
    CHECK(set.mapped_rules.at(0)->size() == 1);
    CHECK(load_registry(sources) != nullptr);
}

TEST_CASE("rulebook: a schema refers to files of its own folder and below", "[rulebook]")
{
    const Files files;
    files.write("home/number.json", kNumber);
    files.write("home/below/it/number.json", kNumber);
    files.write("home/with blank%.json", kNumber);
    CHECK(refers_to_number(files, "number.json"));
    CHECK(refers_to_number(files, "below/it/number.json"));
    CHECK(refers_to_number(files, "below/../number.json"));
    CHECK(refers_to_number(files, "with%20blank%25.json"));
}

TEST_CASE("rulebook: nothing outside the folders is opened", "[rulebook]")
{
    const Files files;
    files.write("secret.json", kNumber);
    for (const auto* const ref : {"../secret.json", "%2e%2e/secret.json", "..%2fsecret.json",
                                  "below/../../secret.json", "file:///etc/hostname"}) {
        INFO(ref);
        CHECK_FALSE(error_of([&] { return refers_to_number(files, ref); }).empty());
    }
    const auto outside = "http://x/..%2fsecret.json";
    fs::create_directories(files.path("dir"));
    CHECK_FALSE(error_of([&] {
                    return refers_to_number(files, outside,
                                            {"http://x/=" + files.path("dir").string()});
                }).empty());
}

TEST_CASE("rulebook: a prefix leads to a folder, the longest first", "[rulebook]")
{
    const Files files;
    files.write("all/v1/a.json", R"({"type":"string"})");
    files.write("all/b.json", kNumber);
    files.write("one/a.json", kNumber);
    const std::vector<std::string> folders{"http://x/=" + files.path("all").string(),
                                           "http://x/v1/=" + files.path("one").string()};
    CHECK(refers_to_number(files, "http://x/v1/a.json", folders));
    CHECK(refers_to_number(files, "http://x/b.json", folders));
    CHECK_FALSE(
        error_of([&] { return refers_to_number(files, "http://y/b.json", folders); }).empty());
}

TEST_CASE("rulebook: a folder without a prefix is known by the ids in it", "[rulebook]")
{
    const Files files;
    files.write("lib/deep/n.json", R"({"$id":"urn:number","type":"number"})");
    files.write("lib/old.json", R"({"$schema":"http://json-schema.org/draft-04/schema#",)"
                                R"("id":"http://x/old#","type":"number"})");
    files.write("lib/no.txt", R"({"$id":"urn:text"})");
    files.write("lib/broken.json", "{");
    const std::vector<std::string> folders{files.path("lib").string()};
    CHECK(refers_to_number(files, "urn:number", folders));
    CHECK(refers_to_number(files, "http://x/old", folders));
    CHECK_FALSE(error_of([&] { return refers_to_number(files, "urn:text", folders); }).empty());
}

TEST_CASE("rulebook: a registry is read whole or not at all", "[rulebook]")
{
    const Files files;
    validation::RuleSources sources;
    sources.registry = files.write("r.csv", "deviceId,site\na,A\n");
    const auto registry = load_registry(sources);
    REQUIRE(registry->find("a") != nullptr);
    CHECK(*registry->find("a") == R"({"site":"A"})");
    CHECK(registry->find("b") == nullptr);
    files.write("r.csv", "deviceId,site\na,A\na,B\n");
    CHECK_FALSE(error_of([&] { return load_registry(sources); }).empty());
}
