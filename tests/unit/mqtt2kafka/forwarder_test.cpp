// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mqtt2kafka/forwarder_rig.hpp"

#include <algorithm>

using namespace std::chrono_literals;
using namespace tlm::mqtt2kafka;
using tlm::AckWindow;
using tlm::Monotonic;
using tlm::Reason;
using tlm::Ticket;

TEST_CASE("forwarder: a window is releasable when every record is confirmed", "[mqtt2kafka]")
{
    Rig rig;
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    CHECK(rig.forwarder.unconfirmed() == 2);
    rig.advance();
    REQUIRE(rig.records.sent.size() == 2);
    CHECK(rig.records.sent[0].first.find(R"("data":{"n":1})") != std::string::npos);
    rig.records.confirm(1);
    rig.advance();
    CHECK(rig.forwarder.unconfirmed() == 1);
    CHECK_FALSE(rig.forwarder.window().releasable());
    rig.records.confirm(0);
    rig.advance();
    CHECK(rig.forwarder.window().releasable());
    rig.forwarder.release();
    CHECK(rig.forwarder.window().items() == 0);
    CHECK(rig.forwarder.counts().forwarded == 2);
    CHECK(rig.forwarder.counts().acknowledged == 2);
}

TEST_CASE("forwarder: a full sink is tried again where it stopped", "[mqtt2kafka]")
{
    Rig rig;
    rig.records.room = 1;
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.advance();
    CHECK(rig.records.sent.size() == 1);
    CHECK(rig.forwarder.unconfirmed() == 2);
    rig.records.room = 5;
    rig.advance();
    REQUIRE(rig.records.sent.size() == 2);
    CHECK(rig.records.sent[1].first.find(R"({"n":2})") != std::string::npos);
}

TEST_CASE("forwarder: a bad payload is confirmed by the dead-letter sink", "[mqtt2kafka]")
{
    Rig rig;
    rig.take("nope");
    rig.take(R"({"n":2})");
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(rig.dead->sent[0].first == "nope");
    rig.records.confirm_all();
    rig.advance();
    CHECK_FALSE(rig.forwarder.window().releasable());
    CHECK(rig.forwarder.counts().dead_letters.empty());
    rig.dead->confirm_all();
    rig.advance();
    CHECK(rig.forwarder.window().releasable());
    CHECK(rig.forwarder.counts().dead_letters.at(Reason::not_json) == 1);
    CHECK(rig.forwarder.counts().forwarded == 1);
}

TEST_CASE("forwarder: a record too large for Kafka becomes a dead letter, its neighbours do not",
          "[mqtt2kafka]")
{
    const std::string too_large = "MSG_SIZE_TOO_LARGE: Broker: Message size too large";
    Rig rig;
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.take(R"({"n":3})");
    rig.advance();
    // The broker refuses the batch of the first two; the third is still on its way.
    rig.records.refuse(0, too_large);
    rig.records.refuse(1, too_large);
    rig.advance();
    rig.advance();
    CHECK(rig.records.sent.size() == 3);
    rig.records.confirm(2);
    rig.advance();
    rig.advance();
    REQUIRE(rig.records.sent.size() == 4);
    CHECK(rig.records.sent[3].first.find(R"({"n":1})") != std::string::npos);

    rig.records.refuse(3, too_large);
    rig.dead->room = 0;
    rig.advance();
    rig.advance();
    CHECK(rig.dead->sent.empty());
    CHECK(rig.forwarder.unconfirmed() == 2);
    rig.dead->room = 5;
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(rig.dead->sent[0].first == R"({"n":1})");

    REQUIRE(rig.records.sent.size() == 5);
    CHECK(rig.records.sent[4].first.find(R"({"n":2})") != std::string::npos);
    rig.records.confirm(4);
    rig.dead->confirm_all();
    rig.advance();
    CHECK_FALSE(rig.forwarder.failed());
    CHECK(rig.forwarder.window().releasable());
    CHECK(rig.forwarder.counts().dead_letters.at(Reason::too_long) == 1);
    CHECK(rig.forwarder.counts().forwarded == 2);
}

TEST_CASE("forwarder: any other refusal, and one of a dead letter, fails the window",
          "[mqtt2kafka]")
{
    Rig rig;
    rig.take(R"({"n":1})");
    rig.take("nope");
    rig.advance();
    SECTION("record")
    {
        rig.records.refuse(0, "TOPIC_AUTHORIZATION_FAILED: no");
        rig.advance();
        CHECK(rig.forwarder.failure().find("TOPIC_AUTHORIZATION_FAILED") != std::string::npos);
    }
    SECTION("dead letter")
    {
        rig.dead->refuse(0, "TOPIC_AUTHORIZATION_FAILED: no");
        rig.advance();
        CHECK(rig.forwarder.failure().find("dead letter") != std::string::npos);
    }
    CHECK(rig.forwarder.failed());
    CHECK_FALSE(rig.forwarder.window().releasable());
    rig.forwarder.release(); // refused: nothing happens
    CHECK(rig.forwarder.window().items() == 2);
    CHECK(rig.forwarder.counts().acknowledged == 0);
}

TEST_CASE("forwarder: after a failure one record goes first, so that none overtakes it",
          "[mqtt2kafka]")
{
    Rig rig;
    const auto come = [&rig](bool again) {
        rig.records.sent.clear();
        rig.forwarder.link_opened();
        rig.take(R"({"n":1})", again);
        rig.take(R"({"n":2})", again);
        rig.take(R"({"n":3})", again);
        rig.advance();
        rig.advance();
    };
    come(false);
    REQUIRE(rig.records.sent.size() == 3);
    rig.records.refuse(0, "TOPIC_AUTHORIZATION_FAILED: no");
    rig.records.confirm(1); // the right is back
    rig.records.refuse(2, "TOPIC_AUTHORIZATION_FAILED: no");
    rig.advance();

    come(true);
    REQUIRE(rig.records.sent.size() == 1);
    rig.records.refuse(0, "TOPIC_AUTHORIZATION_FAILED: no");
    rig.advance();
    rig.forwarder.link_lost(false);

    come(true);
    REQUIRE(rig.records.sent.size() == 1);
    SECTION("the sink takes it")
    {
        rig.records.confirm(0);
    }
    SECTION("the sink judges records again")
    {
        rig.records.refuse(0, "MSG_SIZE_TOO_LARGE: no");
    }
    rig.advance();
    rig.advance();
    CHECK_FALSE(rig.forwarder.failed());
    REQUIRE(rig.records.sent.size() > 1);
    CHECK(rig.records.sent.back().first.find(R"({"n":3})") != std::string::npos);
}

TEST_CASE("forwarder: what Kafka had already is recognised when it comes again", "[mqtt2kafka]")
{
    Rig rig;
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.take(R"({"n":0})", false, 0);
    rig.advance();
    rig.forwarder.link_lost(false);
    rig.records.confirm_all();
    rig.advance();
    CHECK(rig.forwarder.unconfirmed() == 0);
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    CHECK(rig.forwarder.window().items() == 0);

    rig.take(R"({"n":1})", true);
    rig.take(R"({"n":2})", true);
    rig.take(R"({"n":2})", true); // once more than remembered
    rig.take(R"({"n":0})", true);
    rig.take(R"({"n":3})");
    rig.advance();
    CHECK(rig.records.sent.size() == 3);
    CHECK(rig.forwarder.counts().recognised == 2);
    CHECK(rig.forwarder.counts().redelivered == 4);
    CHECK(rig.forwarder.unconfirmed() == 3);
}

TEST_CASE("forwarder: of what may have been acknowledged, the identified is recognised",
          "[mqtt2kafka]")
{
    Rig rig;
    rig.take(R"({"n":1})");
    rig.take(R"({"seq":1})");
    rig.take(R"({"ts":1767225600000})");
    rig.advance();
    rig.records.confirm_all();
    rig.advance();
    const bool released = GENERATE(true, false);
    if (released) {
        rig.forwarder.release();
    }
    rig.forwarder.link_lost(true);
    rig.forwarder.link_opened();
    const bool session = GENERATE(true, false);
    rig.forwarder.session_known(session);
    rig.take(R"({"n":1})", true); // two equal ones may both be true
    rig.take(R"({"seq":1})", true);
    rig.take(R"({"ts":1767225600000})", true);
    rig.advance();
    CHECK(rig.records.sent.size() == (session ? 1 : 3));
    CHECK(rig.forwarder.counts().recognised == (session ? 2 : 0));
}

TEST_CASE("forwarder: what the topic holds since the last proof is recognised", "[mqtt2kafka]")
{
    Rig rig;
    tlm::RecordReader reader;
    for (const std::string line :
         {R"({"v":1,"deviceId":"d1","ts":1,"receivedAt":2,"seq":5,"data":{"ts":1,"seq":5}})",
          R"({"v":1,"deviceId":"d2","ts":1,"receivedAt":2,"seq":6,"data":{"ts":1,"seq":6}})",
          R"({"v":1,"deviceId":"d1","ts":1,"tsSource":"bridge","receivedAt":1,"data":{}})"}) {
        const auto verdict = reader.read(line);
        REQUIRE(std::holds_alternative<tlm::Record>(verdict));
        rig.forwarder.expect(std::get<tlm::Record>(verdict), {}, {});
    }
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.take(R"({"ts":1,"seq":5})", true);
    rig.take(R"({"ts":1,"seq":6})", true); // another device's
    rig.take("{}", true);
    rig.take(R"({"ts":1,"seq":5})"); // sent anew, not again
    rig.advance();
    CHECK(rig.records.sent.size() == 3);
    CHECK(rig.forwarder.counts().recognised == 1);
}

TEST_CASE("forwarder: a broker that repeats late may have forgotten the DUP flag", "[mqtt2kafka]")
{
    Rig rig;
    for (const std::string payload : {R"({"seq":1})", R"({"n":1})"}) {
        rig.take(payload);
    }
    rig.advance();
    rig.records.confirm_all();
    rig.advance();
    rig.records.sent.clear();
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.redeliveries().come_late(true);
    rig.forwarder.session_known(true);
    rig.take(R"({"seq":1})");
    rig.take(R"({"n":1})"); // without a number of its own it may be another
    rig.advance();
    CHECK(rig.records.sent.size() == 1);
    CHECK(rig.forwarder.counts().recognised == 1);
}

TEST_CASE("forwarder: marks move with what is proved", "[mqtt2kafka]")
{
    Rig rig;
    auto& redeliveries = rig.forwarder.redeliveries();
    redeliveries.begin_at({{{0, 10}, {1, 20}}, {}});
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.take(R"({"seq":1})");
    rig.advance();
    rig.records.reports.push_back({1, true, "", 1, 24});
    rig.advance();
    rig.forwarder.release();
    CHECK(redeliveries.provable());
    redeliveries.asked();
    CHECK_FALSE(redeliveries.provable());
    CHECK(redeliveries.answered() == tlm::mqtt2kafka::Marks{{{0, 10}, {1, 25}}, {}});
}

TEST_CASE("forwarder: a message without the DUP flag is never a known one", "[mqtt2kafka]")
{
    Rig rig;
    rig.take(R"({"n":1})");
    rig.advance();
    rig.records.confirm_all();
    rig.advance();
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.take(R"({"n":1})");
    rig.advance();
    CHECK(rig.records.sent.size() == 1);
    rig.records.confirm_all();
    rig.advance();
    rig.forwarder.release();

    // Something new came and was released: what has not come again by now is forgotten.
    rig.take(R"({"n":1})", true);
    rig.advance();
    CHECK(rig.records.sent.size() == 1);
}

TEST_CASE("forwarder: a lost connection drops what was not sent, and only that", "[mqtt2kafka]")
{
    Rig rig;
    rig.records.room = 1;
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.advance();
    rig.forwarder.link_lost(false);
    CHECK(rig.forwarder.unconfirmed() == 1);
    rig.records.room = 5;
    rig.advance();
    CHECK(rig.records.sent.size() == 1);
    rig.records.confirm_all();
    rig.advance();
    CHECK(rig.forwarder.unconfirmed() == 0);
    rig.forwarder.link_opened();
    CHECK_FALSE(rig.forwarder.failed());

    // Reports of the window before are of no interest to this one.
    rig.take(R"({"n":2})", true);
    rig.advance();
    rig.records.reports.push_back({1, true, ""});
    rig.advance();
    CHECK(rig.forwarder.unconfirmed() == 1);
}

TEST_CASE("forwarder: the window is bounded", "[mqtt2kafka]")
{
    Rig rig{AckWindow::Bound{2, 1000}};
    rig.take("{}");
    CHECK(rig.forwarder.has_room());
    rig.take("{}");
    CHECK_FALSE(rig.forwarder.has_room());
}

TEST_CASE("forwarder: QoS 0, retained and redelivered messages are counted apart", "[mqtt2kafka]")
{
    Rig rig;
    rig.take("{}", false, 0);
    rig.take("{}", true, 1);
    rig.forwarder.take({kTopic, "{}", 1, true, false}, Monotonic{});
    CHECK(rig.forwarder.counts().received == 3);
    CHECK(rig.forwarder.counts().without_guarantee == 1);
    CHECK(rig.forwarder.counts().redelivered == 1);
    CHECK(rig.forwarder.counts().retained == 1);
    rig.advance();
    rig.records.confirm_all();
    rig.advance();
    rig.forwarder.release();
    CHECK(rig.forwarder.counts().acknowledged == 2);
}

namespace {

const std::string kTooLarge = "MSG_SIZE_TOO_LARGE: Broker: Message size too large";

/// A payload that is no record, longer than the beginning that a dead letter carries.
std::string large_payload()
{
    return std::string(100'000, 'x');
}

/// Refuses the newest letter as too large, and lets the forwarder go on.
void refuse_newest_letter(Rig& rig)
{
    rig.dead->refuse(rig.dead->sent.size() - 1, kTooLarge);
    rig.advance();
    rig.advance();
}

} // namespace

TEST_CASE("forwarder: a payload that no topic takes goes to a file, its beginning to the topic",
          "[mqtt2kafka]")
{
    Rig rig{{}, true};
    rig.take("small");
    rig.take(large_payload());
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 2);
    rig.dead->refuse(0, kTooLarge); // the batch of both
    rig.dead->refuse(1, kTooLarge);
    rig.advance();
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 3);
    CHECK(rig.dead->sent[2].first == "small");
    rig.dead->confirm(2);
    rig.advance();
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 4);
    CHECK(rig.dead->sent[3].first == large_payload());
    CHECK(rig.spill.stored.empty());
    refuse_newest_letter(rig);
    REQUIRE(rig.dead->sent.size() == 5);
    CHECK(rig.spill.stored == std::vector<std::string>{large_payload()});
    CHECK(rig.dead->sent[4].first == large_payload().substr(0, 65'536));
    const auto& headers = rig.dead->headers[4];
    for (const tlm::Header& header :
         {tlm::Header{"tlm-payload-size", "100000"}, tlm::Header{"tlm-payload-sha256", "digest"},
          tlm::Header{"tlm-payload-file", "/spill/digest"}}) {
        CHECK(std::find(headers.begin(), headers.end(), header) != headers.end());
    }
    SECTION("the beginning is taken")
    {
        rig.dead->confirm(4);
    }
    SECTION("nothing is left of the payload")
    {
        refuse_newest_letter(rig);
        REQUIRE(rig.dead->sent.size() == 6);
        CHECK(rig.dead->sent[5].first.empty());
        CHECK(rig.spill.stored.size() == 1);
        rig.dead->confirm(5);
    }
    rig.advance();
    CHECK(rig.forwarder.window().releasable());
    CHECK(rig.forwarder.counts().dead_letters.at(Reason::not_json) == 2);
    CHECK(rig.forwarder.counts().spilled == 1);
}

TEST_CASE("forwarder: a payload that nobody takes is held", "[mqtt2kafka]")
{
    const bool folder = GENERATE(true, false);
    Rig rig{{}, folder};
    rig.spill.error = "cannot write /spill/digest: No space left on device";
    rig.take(large_payload());
    rig.advance();
    refuse_newest_letter(rig);
    refuse_newest_letter(rig);
    CHECK(rig.forwarder.failed());
    CHECK_FALSE(rig.forwarder.window().releasable());
    CHECK(rig.forwarder.failure().find(folder ? "No space left" : "--spill-dir") !=
          std::string::npos);

    // It comes again with the next connection, when there is room.
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.spill.error.clear();
    if (folder) {
        rig.take(large_payload(), true);
        rig.advance();
        refuse_newest_letter(rig);
        refuse_newest_letter(rig);
        rig.dead->confirm(rig.dead->sent.size() - 1);
        rig.advance();
        CHECK(rig.forwarder.window().releasable());
    }
}

TEST_CASE("forwarder: what the topic's rules refuse is a dead letter after a while", "[mqtt2kafka]")
{
    const std::string error =
        GENERATE(as<std::string>{}, "INVALID_TIMESTAMP: no", "INVALID_RECORD: no");
    Rig rig;
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.advance();
    rig.records.refuse(0, error);
    rig.records.refuse(1, error);
    rig.advance();
    CHECK(rig.forwarder.held_up().empty()); // nobody knows which of the two
    rig.advance();
    REQUIRE(rig.records.sent.size() == 3);
    rig.records.refuse(2, error);
    rig.advance();
    CHECK(rig.forwarder.held_up().find(error) != std::string::npos);
    CHECK_FALSE(rig.forwarder.failed());

    SECTION("the rules change")
    {
        rig.advance();
        CHECK(rig.records.sent.size() == 3); // not yet
        rig.now += 1s;
        rig.advance();
        REQUIRE(rig.records.sent.size() == 4);
        rig.records.confirm(3);
        rig.advance();
        CHECK(rig.forwarder.held_up().empty());
    }
    SECTION("they do not")
    {
        for (int i = 0; i < 10; ++i) {
            rig.now += 1s;
            rig.advance();
            if (rig.records.sent.back().first.find(R"({"n":1})") == std::string::npos) {
                break;
            }
            rig.records.refuse(rig.records.sent.size() - 1, error);
            rig.advance();
        }
        REQUIRE(rig.dead->sent.size() == 1);
        CHECK(rig.dead->sent[0].first == R"({"n":1})");
        CHECK(rig.forwarder.held_up().empty());
        rig.dead->confirm(0);
    }
    rig.advance();
    CHECK(rig.records.sent.back().first.find(R"({"n":2})") != std::string::npos);
    rig.records.confirm(rig.records.sent.size() - 1);
    rig.advance();
    CHECK(rig.forwarder.window().releasable());
}

TEST_CASE("forwarder: an outage is no fault of a record, however long it lasts", "[mqtt2kafka]")
{
    Rig rig;
    rig.take(R"({"n":1})");
    rig.advance();
    rig.now += 1h;
    rig.records.refuse(0, GENERATE(as<std::string>{}, "TOPIC_AUTHORIZATION_FAILED: no",
                                   "_MSG_TIMED_OUT: no", "NOT_ENOUGH_REPLICAS: no",
                                   "INVALID_RECORD_STATE: another name"));
    rig.advance();
    CHECK(rig.forwarder.failed());
    CHECK(rig.dead->sent.empty());
}
