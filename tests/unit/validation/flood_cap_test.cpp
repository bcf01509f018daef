// SPDX-License-Identifier: Apache-2.0
#include "common/validation/flood_cap.hpp"
#include "common/validation/top_k.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <random>
#include <string>

using namespace tlm;
using namespace tlm::validation;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;
constexpr DigestKey kKey{1, 2};

std::string text_of(const Suppressed& suppressed)
{
    return suppressed.device_id + " " + std::string{reason_name(suppressed.reason)} + " " +
           std::to_string(suppressed.repeats) + "+" + std::to_string(suppressed.lost);
}

} // namespace

TEST_CASE("flood cap: without settings every dead letter is written", "[validation]")
{
    FloodCap cap({}, kKey);
    for (int i = 0; i < 1'000; ++i) {
        CHECK(cap.admit("a", Reason::not_json, "{", kStart));
    }
    CHECK(cap.take_all().empty());
}

TEST_CASE("flood cap: only copies of what was written are repeats", "[validation]")
{
    FloodCap cap({.repeats = true}, kKey);
    CHECK(cap.admit("a", Reason::not_json, "x", kStart));
    CHECK_FALSE(cap.admit("a", Reason::not_json, "x", kStart + 1));
    CHECK(cap.admit("b", Reason::not_json, "x", kStart + 1));
    CHECK(cap.admit("a", Reason::too_long, "x", kStart + 1));
    CHECK_FALSE(cap.admit("a", Reason::not_json, "x", kStart + 2));
    CHECK(cap.admit("a", Reason::not_json, "y", kStart + 3));
    CHECK(cap.admit("a", Reason::not_json, "x", kStart + 4)); // not the last one any more
    CHECK(cap.repeats() == 2);
    CHECK(cap.lost() == 0);
    CHECK(cap.take_due(kStart + 60'000).empty());
    const auto due = cap.take_due(kStart + 60'001);
    REQUIRE(due.size() == 1);
    CHECK(text_of(due[0]) == "a not_json 2+0");
    CHECK(due[0].first == kStart + 1);
    CHECK(due[0].last == kStart + 2);
    CHECK(cap.take_all().empty());
}

TEST_CASE("flood cap: a limit is of a device and reason, and what it loses is counted",
          "[validation]")
{
    FloodCap cap({.repeats = true, .limit = parse_rate("1/m,burst=3")}, kKey);
    int written = 0;
    for (int i = 0; i < 100; ++i) {
        written += cap.admit("a", Reason::out_of_range, std::to_string(i), kStart + i) ? 1 : 0;
    }
    CHECK(written == 3);
    CHECK(cap.admit("b", Reason::out_of_range, "0", kStart));
    CHECK_FALSE(cap.admit("a", Reason::out_of_range, "2", kStart)); // a copy of the third
    const auto due = cap.take_all();
    REQUIRE(due.size() == 1);
    CHECK(text_of(due[0]) == "a out_of_range 1+97");

    const DeadLetter letter = summary_letter(due[0], kStart + 99);
    CHECK(letter.suppressed == 98);
    CHECK(letter.key == "a");
    CHECK(letter.payload.empty());
    std::string line;
    append_dead_letter(line, letter);
    CHECK(line ==
          R"({"reason":"out_of_range","detail":"1 copies of dead letters written before )"
          R"(and 97 dead letters beyond the limit were suppressed from )"
          R"(2026-01-01T00:00:00.003Z to 2026-01-01T00:00:00.000Z","path":"","source":{},)"
          R"("receivedAt":1767225600099,"attempt":1,"suppressed":98,"key":"a","payload":""})");
    CHECK(dead_letter_headers(letter).back() == Header{"tlm-suppressed", "98"});
}

TEST_CASE("flood cap: memory is bounded, and no count is pushed out", "[validation]")
{
    FloodCap cap({.repeats = true, .max_tracked = 10}, kKey);
    for (int i = 0; i < 10'000; ++i) {
        const auto id = "d" + std::to_string(i);
        CHECK(cap.admit(id, Reason::not_json, "x", kStart));
        // Of the first ten a copy is suppressed: they keep their places.
        CHECK(cap.admit(id, Reason::not_json, "x", kStart) == (i >= 10));
    }
    CHECK(cap.take_all().size() == 10);
    CHECK(cap.admit("d7", Reason::not_json, "x", kStart) == false);
}

TEST_CASE("top failing: what fails often is found among any number of others", "[validation]")
{
    std::mt19937 random(5);
    TopFailing top(64);
    std::map<std::string, std::uint64_t> truth;
    for (int i = 0; i < 100'000; ++i) {
        const bool often = random() % 2 == 0;
        const std::string path =
            often ? "/often/" + std::to_string(random() % 8) : "/rare/" + std::to_string(random());
        ++truth[path];
        top.count("schema", path, "x1");
    }
    const auto entries = top.top(8);
    REQUIRE(entries.size() == 8);
    for (const auto& entry : entries) {
        INFO(entry.failing.path);
        CHECK(entry.failing.path.starts_with("/often/"));
        CHECK(entry.failing.type == "x1");
        CHECK(entry.count >= truth[entry.failing.path]);
        CHECK(entry.count - entry.error <= truth[entry.failing.path]);
    }
    CHECK(top.top(1'000).size() == 64);
}

TEST_CASE("top failing: long texts are cut between characters", "[validation]")
{
    TopFailing top;
    top.count("schema", std::string(127, 'x') + "ü", "");
    CHECK(top.top(1)[0].failing.path == std::string(127, 'x'));
}

TEST_CASE("top failing: a newcomer inherits the count of whom it replaces, as its error",
          "[validation]")
{
    TopFailing top(2);
    for (const auto* path : {"/a", "/a", "/a", "/b", "/b", "/c"}) {
        top.count("schema", path, "");
    }
    const auto entries = top.top(2);
    REQUIRE(entries.size() == 2);
    CHECK(entries[1].failing.path == "/c");
    CHECK(entries[1].count == 3);
    CHECK(entries[1].error == 2);
}
