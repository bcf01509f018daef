// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/verify_report.hpp"

#include <string>

using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

VerifyReport sample()
{
    VerifyReport report;
    report.messages = 10;
    report.devices = 2;
    auto& hop = report.hops.emplace_back();
    hop.name = "kafka t";
    hop.expected = 10;
    hop.arrived = 9;
    hop.blame(Flaw::lost, "a", 1, 4);
    hop.blame(Flaw::duplicated, "b", 1, 5, 2);
    return report;
}

} // namespace

TEST_CASE("verdict: a line a hop, then the cases", "[sim]")
{
    auto report = sample();
    report.valid = false;
    report.unfinished_runs = 1;
    report.latencies[std::string{kPageHop}].add(7ms);
    report.latencies[std::string{kKafkaHop}].add(2ms, 3);
    (void)report.latencies[std::string{kPostgresHop}];
    std::string out;
    append_text(out, report);
    CHECK(
        out ==
        "ledger: 10 messages of 2 devices\n"
        "  runs that did not end in order: 1\n"
        "kafka t: 10 messages expected, 9 arrived, 1 lost, 2 duplicated, 0 reordered, 0 corrupted,"
        " 0 misrouted, 0 not of this ledger\n"
        "  lost: deviceId=a boot=1 seq=4\n"
        "  duplicated: deviceId=b boot=1 seq=5\n"
        "  duplicated: and 1 more\n"
        "  devices with flaws: 2\n"
        "milliseconds until         messages        p50        p99      p99.9        max\n"
        "in Kafka                          3      2.000      2.000      2.000      2.000\n"
        "at a browser                      1      7.000      7.000      7.000      7.000\n"
        "INVALID: the generator itself was late, the times above may be its own\n");
}

TEST_CASE("verdict: as JSON", "[sim]")
{
    std::string out;
    append_json(out, sample());
    CHECK(out ==
          R"({"messages":10,"devices":2,"unfinishedRuns":0,"breach":true,"valid":true,"hops":[)"
          R"({"hop":"kafka t","unit":"messages","expected":10,"arrived":9,"lost":1,"duplicated":2,)"
          R"("reordered":0,"corrupted":0,"misrouted":0,"foreign":0,"breach":true,"cases":[)"
          R"({"flaw":"lost","deviceId":"a","boot":1,"seq":4},)"
          R"({"flaw":"duplicated","deviceId":"b","boot":1,"seq":5}],"devices":[)"
          R"({"deviceId":"a","lost":1,"duplicated":0,"reordered":0,"corrupted":0,"misrouted":0},)"
          R"({"deviceId":"b","lost":0,"duplicated":2,"reordered":0,"corrupted":0,"misrouted":0}],)"
          R"("devicesCut":false}],"latency":{}})");
}

TEST_CASE("verdict: one hop that broke its promise is enough", "[sim]")
{
    VerifyReport report;
    CHECK(!report.breach());
    report.hops.emplace_back();
    CHECK(!report.breach());
    report.hops.emplace_back().blame(Flaw::duplicated, "a", 1, 1);
    CHECK(!report.breach());
    report.duplicates_allowed = false;
    CHECK(report.breach());
}
