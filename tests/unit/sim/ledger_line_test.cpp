// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/ledger_line.hpp"

#include <variant>

using namespace tlm::sim;

TEST_CASE("ledger: one line a message, the digest with all its zeros", "[sim]")
{
    std::string out;
    append_ledger_line(out, {"sim-00001", 1'767'225'600'123, 7, 42, "foobar"},
                       1'767'225'600'123'456);
    CHECK(out == R"({"deviceId":"sim-00001","boot":7,"seq":42,"ts":1767225600123,)"
                 R"("digest":"85944171f73967e8","intended":1767225600123456})");
    out.clear();
    append_ledger_line(out, {"a", -1, 0, 0, ""}, 0);
    CHECK(out == R"({"deviceId":"a","boot":0,"seq":0,"ts":-1,"digest":"cbf29ce484222325",)"
                 R"("intended":0})");
    Message message{"a", 0, 0, 0, ""};
    message.fault = "late";
    out.clear();
    append_ledger_line(out, message, 0);
    CHECK(out == R"({"deviceId":"a","boot":0,"seq":0,"ts":0,"digest":"cbf29ce484222325",)"
                 R"("intended":0,"fault":"late"})");
}

TEST_CASE("ledger: a message reads back", "[sim]")
{
    std::string out;
    append_ledger_line(out, {"sim-00001", 1'767'225'600'123, 7, 42, "foobar"}, 99);
    LedgerReader reader;
    const auto line = reader.read(out);
    const auto* const entry = std::get_if<LedgerEntry>(&line);
    REQUIRE(entry != nullptr);
    CHECK(entry->device_id == "sim-00001");
    CHECK(entry->boot == 7);
    CHECK(entry->seq == 42);
    CHECK(entry->ts == 1'767'225'600'123);
    CHECK(entry->digest == 0x85944171f73967e8);
    CHECK(entry->intended == 99);
    CHECK(entry->fault.empty());
}

TEST_CASE("ledger: members may be missing or unknown, identity may not", "[sim]")
{
    LedgerReader reader;
    const auto line = reader.read(
        R"({"fault":"spike","deviceId":"a","new":[1],"boot":1,"seq":18446744073709551615,"digest":"0f"})");
    const auto* const entry = std::get_if<LedgerEntry>(&line);
    REQUIRE(entry != nullptr);
    CHECK(entry->fault == "spike");
    CHECK(entry->digest == 15);
    CHECK(!entry->ts);
    for (const auto* const bad :
         {"", "{", "[]", "7", R"({"deviceId":"a","boot":1})",
          R"({"deviceId":"a b","boot":1,"seq":1})", R"({"deviceId":"a","boot":1,"seq":-1})",
          R"({"deviceId":"a","boot":1.5,"seq":1})", R"({"run":"paused"})", R"({"run":"end"})"}) {
        CAPTURE(bad);
        const auto read = reader.read(bad);
        REQUIRE(std::holds_alternative<NotALedgerLine>(read));
        CHECK_FALSE(std::get<NotALedgerLine>(read).lacks_digest);
    }
    for (const auto* const undigested :
         {R"({"v":1,"deviceId":"a","ts":0,"receivedAt":0,"boot":1,"seq":0,"data":{}})",
          R"({"deviceId":"a","boot":1,"seq":0,"digest":"x"})"}) {
        CAPTURE(undigested);
        const auto read = reader.read(undigested);
        REQUIRE(std::holds_alternative<NotALedgerLine>(read));
        CHECK(std::get<NotALedgerLine>(read).lacks_digest);
    }
}

TEST_CASE("ledger: a run says when it begins, and at its end what it measured", "[sim]")
{
    LedgerReader reader;
    std::string out;
    append_run_begin(out, 1'767'225'600'123'456);
    CHECK(out == R"({"run":"begin","at":1767225600123456})");
    const auto begin = reader.read(out);
    REQUIRE(std::holds_alternative<RunBegin>(begin));
    CHECK(std::get<RunBegin>(begin).at == 1'767'225'600'123'456);

    RunSummary summary;
    summary.paced = true;
    summary.generator_lag.add(kMostGeneratorLag * 2);
    summary.latencies[std::string{kSentHop}].add(std::chrono::milliseconds{3}, 4);
    out.clear();
    append_run_end(out, 1, summary);
    const auto line = reader.read(out);
    const auto* const end = std::get_if<RunEnd>(&line);
    REQUIRE(end != nullptr);
    CHECK(!end->valid);
    CHECK(end->latencies.at("sent").count() == 4);
    CHECK(end->latencies.at("sent").max() == std::chrono::milliseconds{3});
}
