// SPDX-License-Identifier: Apache-2.0
#include "common/record/record.hpp"
#include "tests/support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

using namespace tlm;

namespace {

/// What these readers reject although it is JSON.
const std::map<std::string, Reason> kGuarded{
    {"y_object_duplicated_key.json", Reason::duplicate_key},
    {"y_object_duplicated_key_and_value.json", Reason::duplicate_key},
    {"y_object_escaped_null_in_key.json", Reason::nul_in_string},
    {"y_string_null_escape.json", Reason::nul_in_string},
};

/// The folder of the texts: in $TLM_JSON_SUITE, else beside the project.
std::filesystem::path folder()
{
    const char* const named = std::getenv("TLM_JSON_SUITE"); // NOLINT(concurrency-mt-unsafe)
    return std::filesystem::path{named == nullptr ? "../shared/data/json-parsing" : named} /
           "test_parsing";
}

std::string read_all(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string outcome(const Verdict<Record>& verdict)
{
    const auto* const reject = std::get_if<Reject>(&verdict);
    return reject == nullptr ? "accepted" : std::string{reason_name(reject->reason)};
}

} // namespace

// Hidden, because it needs texts that are not part of the project: a test of its own runs it.
TEST_CASE("json suite: what RFC 8259 allows is read, what it forbids is not", "[.][json-suite]")
{
    if (!std::filesystem::is_directory(folder())) {
        WARN("skipped: no JSONTestSuite in " << folder().parent_path().string()
                                             << "; name its folder in TLM_JSON_SUITE");
        return;
    }
    PayloadReader payloads;
    RecordReader records;
    std::size_t allowed = 0;
    std::size_t forbidden = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        const auto name = entry.path().filename().string();
        const auto text = read_all(entry.path());
        const auto payload = R"({"x":)" + text + "}";
        const auto bare = outcome(payloads.read("a", text, 1));
        const auto wrapped = outcome(payloads.read("a", payload, 1));
        const auto record = outcome(
            records.read(R"({"v":1,"deviceId":"a","ts":1,"receivedAt":1,"data":)" + payload + "}"));
        INFO(name);
        CHECK(record == wrapped);
        if (name.starts_with("y_")) {
            ++allowed;
            const auto guarded = kGuarded.find(name);
            CHECK(wrapped ==
                  (guarded == kGuarded.end() ? "accepted" : reason_name(guarded->second)));
        } else if (name.starts_with("n_")) {
            ++forbidden;
            CHECK(bare != "accepted");
            CHECK(bare != "not_an_object"); // it would be JSON
            CHECK(wrapped != "accepted");
        }
    }
    CHECK(allowed > kGuarded.size());
    CHECK(forbidden > 0);
}
