// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/hop.hpp"
#include "tools/sim/hop_watch.hpp"

#include <array>
#include <string>
#include <string_view>

using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

LedgerEntry entry(std::string_view device, std::uint64_t seq, std::string_view fault = {},
                  std::int64_t boot = 1)
{
    return {.device_id = device,
            .boot = boot,
            .seq = seq,
            .ts = 1'000 + static_cast<std::int64_t>(seq),
            .digest = (device == "a" ? 100 : 200) + seq,
            .intended = 1'000'000 + static_cast<std::int64_t>(seq),
            .fault = fault};
}

SentMessages two_devices()
{
    SentMessages sent;
    for (std::uint64_t seq = 0; seq < 4; ++seq) {
        sent.add(entry("a", seq));
        sent.add(entry("b", seq));
    }
    return sent;
}

void all_but(Hop& hop, std::string_view device, std::uint64_t missing)
{
    for (std::uint64_t seq = 0; seq < 4; ++seq) {
        for (const std::string_view name : {"a", "b"}) {
            if (name != device || seq != missing) {
                hop.arrived(name, 1, seq, {.digest = (name == "a" ? 100 : 200) + seq});
            }
        }
    }
}

} // namespace

TEST_CASE("sent: messages are found by device, boot and seq", "[sim]")
{
    SentMessages sent;
    for (std::uint64_t seq = 0; seq < 10'000; ++seq) { // the table grows
        sent.add(entry("a", seq));
        sent.add(entry("b", seq * 1'000'003));
    }
    sent.add(entry("a", 0, {}, 2));
    CHECK(sent.size() == 20'001);
    CHECK(sent.device_count() == 2);
    CHECK(sent.series_count() == 3);
    CHECK(sent.find("a", 1, 9'999) == 19'998);
    CHECK(sent.find("b", 1, 9'999 * 1'000'003ULL) == 19'999);
    CHECK(sent.find("a", 2, 0) == 20'000);
    CHECK(!sent.find("a", 2, 1));
    CHECK(!sent.find("a", 3, 0));
    CHECK(!sent.find("c", 1, 0));
    CHECK(!SentMessages{}.find("a", 1, 0));
    sent.add(entry("a", 5));
    CHECK(sent.size() == 20'001);
    CHECK(sent[*sent.find("a", 1, 5)].copies == 2);
}

TEST_CASE("hop: what arrives once and in order is no fault", "[sim]")
{
    const auto sent = two_devices();
    Hop hop("kafka", sent, true);
    all_but(hop, "", 0);
    hop.arrived("a", 9, 0);
    hop.arrived("other", 1, 0);
    hop.arrived_foreign();
    const auto report = hop.report();
    CHECK(report.expected == 8);
    CHECK(report.arrived == 8);
    CHECK(report.foreign == 3);
    CHECK(!report.breach(false));
    CHECK(report.cases.empty());
}

TEST_CASE("hop: a message that is not there is lost", "[sim]")
{
    const auto sent = two_devices();
    Hop hop("kafka", sent, true);
    all_but(hop, "b", 2);
    const auto report = hop.report();
    CHECK(report.count(Flaw::lost) == 1);
    CHECK(report.breach(true));
    REQUIRE(report.cases.size() == 1);
    CHECK(report.cases[0].device_id == "b");
    CHECK(report.cases[0].seq == 2);
    CHECK(report.devices.at("b").at(static_cast<std::size_t>(Flaw::lost)) == 1);
}

TEST_CASE("hop: a message that is there twice is a duplicate, if it was sent once", "[sim]")
{
    auto sent = two_devices();
    sent.add(entry("b", 3)); // sent twice on purpose
    Hop hop("kafka", sent, true);
    all_but(hop, "", 0);
    hop.arrived("b", 1, 3);
    CHECK(!hop.report().breach(false));
    hop.arrived("a", 1, 3);
    hop.arrived("a", 1, 3);
    const auto report = hop.report();
    CHECK(report.count(Flaw::duplicated) == 2);
    CHECK(report.count(Flaw::reordered) == 0);
    CHECK(!report.breach(true));
    CHECK(report.breach(false));
}

TEST_CASE("hop: duplicates beyond what a byte counts are still counted", "[sim]")
{
    const auto sent = two_devices();
    Hop hop("kafka", sent, true);
    for (int i = 0; i < 1'000; ++i) {
        hop.arrived("a", 1, 0);
    }
    CHECK(hop.report().count(Flaw::duplicated) == 999);
    CHECK(hop.report().arrived == 1);
}

TEST_CASE("hop: the order is the ledger's, of each device for itself", "[sim]")
{
    SentMessages sent;
    for (const std::uint64_t seq : {0, 2, 1, 3}) { // out of order on purpose
        sent.add(entry("a", seq));
    }
    sent.add(entry("b", 0));
    Hop as_sent("kafka", sent, true);
    for (const std::uint64_t seq : {0, 2, 1, 3}) {
        as_sent.arrived("a", 1, seq);
    }
    as_sent.arrived("b", 1, 0);
    CHECK(!as_sent.report().breach(true));

    Hop swapped("kafka", sent, true);
    swapped.arrived("b", 1, 0);
    for (const std::uint64_t seq : {0, 1, 2, 3}) {
        swapped.arrived("a", 1, seq);
    }
    const auto report = swapped.report();
    CHECK(report.count(Flaw::reordered) == 1);
    CHECK(report.cases.at(0).seq == 2);

    Hop table("postgres", sent, false);
    for (const std::uint64_t seq : {3, 2, 1, 0}) {
        table.arrived("a", 1, seq);
    }
    table.arrived("b", 1, 0);
    CHECK(!table.report().breach(true));
}

TEST_CASE("hop: other bytes or another time are corruption", "[sim]")
{
    const auto sent = two_devices();
    Hop hop("kafka", sent, true);
    hop.arrived("a", 1, 0, {.digest = 100, .ts = 1'000});
    hop.arrived("a", 1, 1, {.digest = 999});
    hop.arrived("a", 1, 2, {.ts = 1});
    hop.arrived("a", 1, 3);
    CHECK(hop.report().count(Flaw::corrupted) == 2);
}

TEST_CASE("hop: a broken message belongs to the dead letters, one with a fault to either", "[sim]")
{
    SentMessages sent;
    sent.add(entry("a", 0));
    sent.add(entry("a", 1, "bad_json"));
    sent.add(entry("a", 2, "wrong_schema"));
    sent.add(entry("a", 3, "wrong_schema"));
    Hop topic("kafka", sent, true);
    topic.arrived("a", 1, 0);
    topic.arrived("a", 1, 2);
    const auto seen = topic.report(Rejects::seen);
    CHECK(seen.expected == 2);
    CHECK(seen.arrived == 2);
    CHECK(!seen.breach(false));
    CHECK(topic.report().expected == 3); // nobody looks for it elsewhere
    CHECK(topic.report().count(Flaw::lost) == 1);

    DeadLetterHop letters("dlq", sent);
    letters.arrived(101);
    CHECK(letters.report(&topic).count(Flaw::lost) == 1); // the second wrong one is nowhere
    CHECK(letters.report(nullptr).count(Flaw::lost) == 0);
    letters.arrived(103);
    letters.arrived(77);
    const auto report = letters.report(&topic);
    CHECK(report.expected == 2);
    CHECK(report.arrived == 2);
    CHECK(report.foreign == 1);
    CHECK(!report.breach(false));

    Hop table("postgres", sent, false);
    table.arrived("a", 1, 0);
    CHECK(table.report().count(Flaw::lost) == 2);
    CHECK(table.report_behind(topic).count(Flaw::lost) == 1); // the first wrong one was let through
    table.arrived("a", 1, 2);
    CHECK(!table.report_behind(topic).breach(false));

    topic.arrived("a", 1, 1); // let through
    CHECK(topic.report().count(Flaw::misrouted) == 1);
    CHECK(topic.report(Rejects::seen).arrived == topic.report(Rejects::seen).expected);
    letters.arrived(100); // a good one
    CHECK(letters.report(&topic).arrived == letters.report(&topic).expected);
    CHECK(letters.report(&topic).count(Flaw::duplicated) == 1);
    const Hop empty("kafka", sent, true);
    CHECK(letters.report(&empty).count(Flaw::misrouted) == 1);
}

TEST_CASE("hop: what rules may reject need not be in the topic", "[sim]")
{
    constexpr std::array<std::string_view, 8> kKinds{"wrong_schema", "future_clock", "late",
                                                     "drift",        "stuck_value",  "spike",
                                                     "level_shift",  "flood"};
    SentMessages sent;
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        sent.add(entry("a", i, kKinds.at(i)));
    }
    sent.add(entry("a", kKinds.size(), "out_of_order"));
    const Hop topic("kafka", sent, true);
    CHECK(topic.report(Rejects::seen).count(Flaw::lost) == 1);
    CHECK(topic.report().count(Flaw::lost) == kKinds.size() + 1);
    DeadLetterHop letters("dlq", sent);
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        letters.arrived(100 + i);
    }
    CHECK(!letters.report(&topic).breach(false));
    for (const auto* const looked : {static_cast<const Hop*>(nullptr), &topic}) {
        CHECK(letters.report(looked).expected == kKinds.size());
        CHECK(letters.report(looked).arrived == kKinds.size());
    }
}

TEST_CASE("dead letters: the second copy of a message may be among them", "[sim]")
{
    SentMessages sent;
    sent.add(entry("a", 0));
    sent.add(entry("a", 0, "duplicate"));
    Hop topic("kafka", sent, true);
    topic.arrived("a", 1, 0);
    DeadLetterHop letters("dlq", sent);
    CHECK(letters.report(&topic).expected == 0);
    letters.arrived(100);
    const auto report = letters.report(&topic);
    CHECK(report.expected == 1);
    CHECK(report.arrived == 1);
    CHECK(!report.breach(false));
}

TEST_CASE("dead letters: payloads that are equal are told apart by their number", "[sim]")
{
    SentMessages sent;
    for (std::uint64_t seq = 0; seq < 3; ++seq) {
        auto broken = entry("a", seq, "bad_json");
        broken.digest = 7;
        sent.add(broken);
    }
    DeadLetterHop letters("dlq", sent);
    letters.arrived(7);
    letters.arrived(7);
    CHECK(letters.report(nullptr).count(Flaw::lost) == 1);
    letters.arrived(7);
    CHECK(!letters.report(nullptr).breach(false));
    letters.arrived(7);
    CHECK(letters.report(nullptr).count(Flaw::duplicated) == 1);
}

TEST_CASE("last values: each device must show its last message", "[sim]")
{
    auto sent = two_devices();
    sent.add(entry("b", 4, "wrong_schema"));
    sent.add(entry("c", 0, "bad_json"));
    LastValueHop page("tlm-ws", sent);
    page.shows("a", 1, 3, {.digest = 103});
    page.shows("b", 1, 4);
    page.shows("x", 1, 0);
    CHECK(page.report().expected == 2);
    CHECK(page.report().foreign == 1);
    CHECK(!page.report().breach(false));

    LastValueHop stale("tlm-ws", sent);
    stale.shows("a", 1, 2);
    stale.shows("b", 1, 3, {.digest = 1});
    const auto report = stale.report();
    CHECK(report.count(Flaw::lost) == 1);
    CHECK(report.count(Flaw::corrupted) == 1);
    CHECK(report.cases.at(1).device_id == "a");
}

TEST_CASE("report: no more than the first cases are kept", "[sim]")
{
    HopReport report;
    for (int i = 0; i < 2'000; ++i) {
        report.blame(Flaw::lost, "device-" + std::to_string(i), 1, 0);
    }
    CHECK(report.count(Flaw::lost) == 2'000);
    CHECK(report.cases.size() == HopReport::kShown);
    CHECK(report.devices.size() == HopReport::kMostDevices);
    CHECK(report.devices_cut);
}

TEST_CASE("watch: the first arrival counts, from the moment the message was meant for", "[sim]")
{
    SentMessages sent;
    HopWatch watch{sent, true};
    CHECK(watch.complete());
    sent.add(entry("a", 0));
    sent.add(entry("a", 1));
    sent.add(entry("a", 2, "wrong_schema"));
    CHECK(!watch.complete());
    watch.arrived("a", 1, 1, 1'000'001 + 5'000);
    watch.arrived("a", 1, 1, 1'000'001 + 9'000);
    watch.arrived("z", 1, 1, 1'000'001 + 9'000);
    CHECK(watch.histogram().count() == 1);
    CHECK(watch.histogram().max() == 5ms);
    CHECK(!watch.complete());
    watch.found("a", 1, 0);
    CHECK(watch.complete());
    CHECK(watch.histogram().count() == 1);
}

TEST_CASE("watch: what was sent before is measured if it comes, but not waited for", "[sim]")
{
    SentMessages sent;
    sent.add(entry("a", 0));
    sent.add(entry("a", 1));
    HopWatch watch{sent, true};
    CHECK(watch.complete());
    watch.arrived("a", 1, 1, 2'000'000);
    CHECK(watch.histogram().count() == 1);
    sent.add(entry("a", 2));
    CHECK(!watch.complete());
    watch.arrived("a", 1, 2, 2'000'000);
    CHECK(watch.complete());
}

TEST_CASE("watch: a place that keeps last values needs no more than those", "[sim]")
{
    SentMessages sent;
    HopWatch watch{sent, false};
    for (std::uint64_t seq = 0; seq < 3; ++seq) {
        sent.add(entry("a", seq));
        sent.add(entry("b", seq));
    }
    watch.arrived("a", 1, 2, 2'000'000);
    watch.arrived("b", 1, 1, 2'000'000);
    CHECK(!watch.complete());
    watch.arrived("b", 1, 2, 2'000'000);
    CHECK(watch.complete());
}
