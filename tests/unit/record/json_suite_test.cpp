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

/// What RFC 8259 leaves to the reader: here it is written down, so that it does not change by
/// chance.
const std::map<std::string, std::string> kUndecided{
    {"i_number_double_huge_neg_exp.json", "accepted"},
    {"i_number_huge_exp.json", "number_range"},
    {"i_number_neg_int_huge_exp.json", "number_range"},
    {"i_number_pos_double_huge_exp.json", "number_range"},
    {"i_number_real_neg_overflow.json", "number_range"},
    {"i_number_real_pos_overflow.json", "number_range"},
    {"i_number_real_underflow.json", "accepted"},
    {"i_number_too_big_neg_int.json", "number_range"},
    {"i_number_too_big_pos_int.json", "number_range"},
    {"i_number_very_big_negative_int.json", "number_range"},
    {"i_object_key_lone_2nd_surrogate.json", "not_json"},
    {"i_string_1st_surrogate_but_2nd_missing.json", "not_json"},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", "not_json"},
    {"i_string_UTF-16LE_with_BOM.json", "invalid_utf8"},
    {"i_string_UTF-8_invalid_sequence.json", "invalid_utf8"},
    {"i_string_UTF8_surrogate_U+D800.json", "invalid_utf8"},
    {"i_string_incomplete_surrogate_and_escape_valid.json", "not_json"},
    {"i_string_incomplete_surrogate_pair.json", "not_json"},
    {"i_string_incomplete_surrogates_escape_valid.json", "not_json"},
    {"i_string_invalid_lonely_surrogate.json", "not_json"},
    {"i_string_invalid_surrogate.json", "not_json"},
    {"i_string_invalid_utf-8.json", "invalid_utf8"},
    {"i_string_inverted_surrogates_U+1D11E.json", "not_json"},
    {"i_string_iso_latin_1.json", "invalid_utf8"},
    {"i_string_lone_second_surrogate.json", "not_json"},
    {"i_string_lone_utf8_continuation_byte.json", "invalid_utf8"},
    {"i_string_not_in_unicode_range.json", "invalid_utf8"},
    {"i_string_overlong_sequence_2_bytes.json", "invalid_utf8"},
    {"i_string_overlong_sequence_6_bytes.json", "invalid_utf8"},
    {"i_string_overlong_sequence_6_bytes_null.json", "invalid_utf8"},
    {"i_string_truncated-utf-8.json", "invalid_utf8"},
    {"i_string_utf16BE_no_BOM.json", "invalid_utf8"},
    {"i_string_utf16LE_no_BOM.json", "invalid_utf8"},
    {"i_structure_500_nested_arrays.json", "accepted"},
    {"i_structure_UTF-8_BOM_empty_object.json", "not_json"},
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

bool has_suite()
{
    if (std::filesystem::is_directory(folder())) {
        return true;
    }
    WARN("skipped: no JSONTestSuite in " << folder().parent_path().string()
                                         << "; name its folder in TLM_JSON_SUITE");
    return false;
}

} // namespace

// Hidden, because they need texts that are not part of the project: a test of its own runs them.
TEST_CASE("json suite: bare values keep to RFC 8259 alone", "[.][json-suite]")
{
    if (!has_suite()) {
        return;
    }
    ValueReader values;
    std::size_t allowed = 0;
    std::size_t forbidden = 0;
    std::size_t undecided = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        const auto name = entry.path().filename().string();
        const auto reject = values.read(read_all(entry.path()));
        const auto got = reject ? std::string{reason_name(reject->reason)} : "accepted";
        INFO(name);
        if (name.starts_with("y_")) {
            ++allowed;
            CHECK(got == "accepted");
        } else if (name.starts_with("n_")) {
            ++forbidden;
            CHECK(got != "accepted");
        } else {
            ++undecided;
            const auto expected = kUndecided.find(name);
            REQUIRE(expected != kUndecided.end());
            CHECK(got == expected->second);
        }
    }
    CHECK(allowed == 95);
    CHECK(forbidden == 188);
    CHECK(undecided == kUndecided.size());
}

TEST_CASE("json suite: what RFC 8259 allows is read, what it forbids is not", "[.][json-suite]")
{
    if (!has_suite()) {
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
