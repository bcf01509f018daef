// SPDX-License-Identifier: Apache-2.0
// The official tests of every draft, through the library.
#include "common/base/error.hpp"
#include "common/schema/schema.hpp"
#include "tests/support/catch.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::schema;

namespace {

namespace fs = std::filesystem;
namespace dom = simdjson::dom;

/// The folder of the tests: in $TLM_SCHEMA_SUITE, else beside the project.
fs::path folder()
{
    const char* const named = std::getenv("TLM_SCHEMA_SUITE"); // NOLINT(concurrency-mt-unsafe)
    return named == nullptr ? "../shared/data/json-schema-test-suite" : named;
}

std::string read_all(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// What the suite serves as http://localhost:1234/ lies in a folder.
std::optional<std::string> load(std::string_view uri)
{
    constexpr std::string_view kServed = "http://localhost:1234/";
    if (!uri.starts_with(kServed)) {
        return std::nullopt;
    }
    const fs::path file = folder() / "remotes" / uri.substr(kServed.size());
    if (!fs::is_regular_file(file)) {
        return std::nullopt;
    }
    return read_all(file);
}

struct Tally {
    std::size_t passed = 0;
    std::size_t failed_tests = 0;
    std::vector<std::string> failed;

    void fail(const std::string& what, std::size_t tests = 1)
    {
        failed.push_back(what);
        failed_tests += tests;
    }
};

/// One schema and its values. accepts() and explain() must agree, whatever the verdict.
void run_group(dom::element group, const std::string& where, const Options& options, Tally& tally)
{
    const std::string title{group["description"].get_string().value()};
    std::string problem;
    std::optional<Validator> validator;
    try {
        validator.emplace(Schema::compile(simdjson::minify(group["schema"]), "", options));
    } catch (const Error& error) {
        problem = error.what();
    }
    const dom::array tests = group["tests"].get_array().value();
    for (auto test : tests) {
        const std::string name =
            where + ": " + title + ": " + std::string{test["description"].get_string().value()};
        if (!validator) {
            tally.fail(name + ": " + problem);
            continue;
        }
        const dom::element data = test["data"].value();
        const bool accepted = validator->accepts(data);
        const auto failures = validator->explain(data, 100);
        CHECK(failures.empty() == accepted);
        for (const Failure& failure : failures) { // the last resort of explain() is never needed
            CHECK(failure.sentence != "the value violates the schema");
        }
        CHECK(accepted == validator->explain(data, 1).empty());
        if (accepted == test["valid"].get_bool().value()) {
            ++tally.passed;
        } else {
            tally.fail(name);
        }
    }
}

std::size_t count(std::string_view text, std::string_view what)
{
    std::size_t times = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
        ++times;
    }
    return times;
}

/// A file that simdjson does not parse counts as failed with all its tests.
void run_file(const fs::path& file, const std::string& where, const Options& options, Tally& tally)
{
    dom::parser parser;
    dom::array groups;
    const std::string text = read_all(file);
    const auto error = parser.parse(simdjson::padded_string(text)).get(groups);
    if (error == simdjson::NUMBER_ERROR) {
        const auto tests = count(text, "\"valid\":");
        tally.fail(where + ": " + std::to_string(tests) +
                       " tests: number_range: numbers beyond int64, uint64 and double",
                   tests);
        return;
    }
    REQUIRE(error == simdjson::SUCCESS);
    for (auto group : groups) {
        run_group(group, where, options, tally);
    }
}

Tally run_folder(const fs::path& root, const fs::path& below, const Options& options)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(root / below)) {
        if (entry.path().extension() == ".json") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    Tally tally;
    for (const fs::path& file : files) {
        run_file(file, (below / file.filename()).string(), options, tally);
    }
    return tally;
}

void print(const char* draft, const char* part, const Tally& tally)
{
    std::printf("%-14s%-10s%4zu of %4zu\n", draft, part, tally.passed,
                tally.passed + tally.failed_tests);
    for (const std::string& name : tally.failed) {
        std::printf("    fails: %s\n", name.c_str());
    }
}

} // namespace

// Hidden, because it needs files that are not part of the project: a test of its own runs it.
TEST_CASE("schema suite: every mandatory test of every draft", "[.][suite]")
{
    if (!fs::is_directory(folder() / "tests")) {
        WARN("skipped: no JSON-Schema-Test-Suite in " << folder().string()
                                                      << "; name its folder in TLM_SCHEMA_SUITE");
        return;
    }
    const std::vector<std::pair<const char*, Draft>> drafts{{"draft4", Draft::v4},
                                                            {"draft6", Draft::v6},
                                                            {"draft7", Draft::v7},
                                                            {"draft2019-09", Draft::v2019_09},
                                                            {"draft2020-12", Draft::v2020_12}};
    for (const auto& [name, draft] : drafts) {
        const fs::path root = folder() / "tests" / name;
        Options options{draft, false, load};
        const Tally mandatory = run_folder(root, "", options);
        print(name, "mandatory", mandatory);
        CHECK(mandatory.failed.empty());
        CHECK(mandatory.passed > 600);
        print(name, "optional", run_folder(root, "optional", options));
        options.assert_formats = true;
        print(name, "formats", run_folder(root, "optional/format", options));
    }
}
