// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mqtt2kafka/forwarder_rig.hpp"

#include <algorithm>

using namespace tlm::mqtt2kafka;

namespace {

/// A stage that lets each device send twice and no more.
TranslateOptions twice_each()
{
    TranslateOptions options;
    options.stage.emplace();
    options.stage->limit = tlm::validation::Rate{1.0 / 86'400, 2};
    return options;
}

} // namespace

TEST_CASE("forwarder: what a full sink did not take is not judged again", "[mqtt2kafka]")
{
    Rig rig({}, false, twice_each());
    rig.records.room = 0;
    rig.take(R"({"n":1})");
    for (int attempt = 0; attempt < 5; ++attempt) {
        rig.advance();
    }
    rig.records.room = 9;
    rig.take(R"({"n":2})");
    rig.advance();
    CHECK(rig.records.sent.size() == 2);
    CHECK(rig.dead->sent.empty());
    rig.dead->room = 0;
    rig.take(R"({"n":3})"); // one too many, and the dead letters are full
    rig.advance();
    rig.dead->room = 9;
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(rig.dead->sent[0].first == R"({"n":3})");
}

TEST_CASE("forwarder: what Kafka refused is sent again without being judged again", "[mqtt2kafka]")
{
    TranslateOptions options = twice_each();
    REQUIRE(options.stage->on_invalid.set("rate_limited=mark"));
    Rig rig({}, false, options);
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.take(R"({"n":3})"); // goes on, marked
    rig.advance();
    REQUIRE(rig.records.sent.size() == 3);
    const auto sent = rig.records.sent;
    rig.records.sent.clear();
    for (const auto& [value, ticket] : sent) {
        rig.records.reports.push_back({ticket, false, "MSG_SIZE_TOO_LARGE: the batch"});
    }
    rig.advance();
    for (std::size_t done = 0; done < sent.size(); ++done) {
        rig.advance();
        REQUIRE(rig.records.sent.size() == 1); // each on its own
        CHECK(rig.records.sent[0].first == sent[done].first);
        rig.records.confirm_all();
        rig.advance();
    }
    CHECK(rig.forwarder.window().releasable());
    CHECK(rig.dead->sent.empty());
}

TEST_CASE("forwarder: a redelivered message that Kafka has is recognised before it is judged",
          "[mqtt2kafka]")
{
    Rig rig({}, false, twice_each());
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.take(R"({"n":3})"); // rate_limited
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 1);
    rig.records.confirm_all();
    rig.dead->confirm_all();
    rig.advance();
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.take(R"({"n":1})", true);
    rig.take(R"({"n":2})", true);
    rig.take(R"({"n":3})", true);
    rig.advance();
    CHECK(rig.forwarder.counts().recognised == 3);
    CHECK(rig.records.sent.empty());
    CHECK(rig.dead->sent.empty());
}

TEST_CASE("forwarder: what was not safe and comes again has its turn again", "[mqtt2kafka]")
{
    Rig rig({}, false, twice_each());
    rig.take(R"({"n":1})");
    rig.take(R"({"n":2})");
    rig.advance();
    rig.records.refuse(0, "_MSG_TIMED_OUT: no answer");
    rig.records.confirm(1);
    rig.advance();
    CHECK(rig.forwarder.failed());
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.records.sent.clear();
    rig.take(R"({"n":1})", true);
    rig.take(R"({"n":2})", true);
    rig.take(R"({"n":3})"); // one too many
    rig.advance();
    CHECK(rig.forwarder.counts().recognised == 1);
    REQUIRE(rig.records.sent.size() == 1);
    CHECK(rig.records.sent[0].first.find(R"("data":{"n":1})") != std::string::npos);
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(rig.dead->sent[0].first == R"({"n":3})");
}

TEST_CASE("forwarder: what a device says twice is a duplicate, what the broker sends again is not",
          "[mqtt2kafka]")
{
    TranslateOptions options;
    options.stage.emplace();
    options.stage->sequence = true;
    Rig rig({}, false, options);
    for (const auto* const payload : {R"({"seq":1})", R"({"seq":2})", R"({"ts":7})"}) {
        rig.take(payload);
    }
    rig.take(R"({"seq":2})");
    rig.take(R"({"ts":7})");
    rig.advance();
    CHECK(rig.records.sent.size() == 3);
    REQUIRE(rig.dead->sent.size() == 2);
    rig.dead->confirm_all();
    rig.records.confirm(1);
    rig.records.refuse(0, "_MSG_TIMED_OUT: no answer");
    rig.records.refuse(2, "_MSG_TIMED_OUT: no answer");
    rig.advance();
    CHECK(rig.forwarder.failed());
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.records.sent.clear();
    for (const auto* const payload :
         {R"({"seq":1})", R"({"seq":2})", R"({"ts":7})", R"({"seq":2})", R"({"ts":7})"}) {
        rig.take(payload, true);
    }
    rig.advance();
    REQUIRE(rig.records.sent.size() == 1); // after a failure, one goes first
    rig.records.confirm(0);
    rig.advance();
    rig.advance();
    CHECK(rig.forwarder.counts().recognised == 3); // seq 2 in Kafka, and the two dead letters
    REQUIRE(rig.records.sent.size() == 2);
    CHECK(rig.records.sent[0].first.find(R"("data":{"seq":1})") != std::string::npos);
    CHECK(rig.records.sent[1].first.find(R"("data":{"ts":7})") != std::string::npos);
    CHECK(rig.dead->sent.empty());
}

TEST_CASE("forwarder: copies of a dead letter are counted, and summed up at the end",
          "[mqtt2kafka]")
{
    Rig rig({}, false, {}, {.repeats = true});
    for (int i = 0; i < 5; ++i) {
        rig.take("{");
    }
    rig.take("[]");
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 2);
    CHECK(rig.forwarder.unconfirmed() == 2);
    CHECK_FALSE(rig.forwarder.window().releasable()); // not before the one they are copies of
    rig.dead->confirm_all();
    rig.advance();
    CHECK(rig.forwarder.window().releasable());
    rig.forwarder.release();
    rig.take("{");
    rig.advance();
    CHECK(rig.dead->sent.empty());
    CHECK(rig.forwarder.flood_cap().repeats() == 5);
    rig.forwarder.finish(kNow);
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(rig.dead->sent[0].first.empty());
    const auto& headers = rig.dead->headers.back();
    CHECK(std::any_of(headers.begin(), headers.end(), [](const auto& header) {
        return header.name == "tlm-suppressed" && header.value == "5";
    }));
}

TEST_CASE("forwarder: a dead letter that may not have arrived is written again", "[mqtt2kafka]")
{
    Rig rig({}, false, {}, {.repeats = true});
    rig.take("{");
    rig.take("{");
    rig.advance();
    rig.dead->refuse(0, "_MSG_TIMED_OUT: no answer");
    rig.advance();
    CHECK(rig.forwarder.failed());
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    rig.dead->sent.clear();
    rig.take("{", true);
    rig.take("{", true);
    rig.advance();
    CHECK(rig.dead->sent.size() + rig.forwarder.counts().recognised == 2);
    CHECK(rig.dead->sent.size() == 1);
}

TEST_CASE("forwarder: what the topic of dead letters holds since the last proof is recognised",
          "[mqtt2kafka]")
{
    Rig last({}, false, twice_each());
    for (const char* payload : {R"({"seq":1})", R"({"seq":2})", R"({"seq":3})", R"({"n":4})",
                                "nope"}) { // the last two have no number of their own
        last.take(payload);
    }
    last.advance();
    REQUIRE(last.dead->sent.size() == 3);

    Rig next({}, false, twice_each());
    for (std::size_t i = 0; i < last.dead->sent.size(); ++i) {
        next.forwarder.expect_dead_letter(last.dead->sent[i].first, last.dead->headers[i]);
    }
    next.forwarder.expect_dead_letter(R"({"seq":9})",
                                      {}); // whoever wrote that, it was not a bridge
    next.forwarder.expect_dead_letter(R"({"seq":3)", last.dead->headers[0]); // cut
    auto others = last.dead->headers[0];
    others.push_back({"tlm-source-mqtt-client", "another bridge"});
    next.forwarder.expect_dead_letter(R"({"seq":8})", others);
    next.forwarder.link_opened();
    next.forwarder.session_known(true);
    next.take(R"({"seq":3})", true);
    CHECK(next.forwarder.redeliveries().expected() == 1);
    next.take(R"({"seq":3})"); // sent anew, not again
    next.take(R"({"n":4})", true);
    next.take("nope", true);
    next.take(R"({"seq":9})", true);
    next.take(R"({"seq":8})", true);
    next.advance();
    CHECK(next.forwarder.counts().recognised == 1);
    CHECK(next.records.sent.size() + next.dead->sent.size() == 5);
}

TEST_CASE("forwarder: dead letters are recognised after a broken connection, and move the marks",
          "[mqtt2kafka]")
{
    Rig rig({}, false, twice_each());
    auto& redeliveries = rig.forwarder.redeliveries();
    rig.forwarder.link_opened();
    rig.forwarder.session_known(true);
    for (const char* payload : {R"({"seq":1})", R"({"seq":2})", R"({"seq":3})", "nope"}) {
        rig.take(payload);
    }
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 2);
    rig.records.confirm_all();
    rig.dead->reports.push_back({rig.dead->sent[0].second, true, "", 2, 40});
    rig.dead->reports.push_back({rig.dead->sent[1].second, true, "", 2, 41});
    rig.advance();
    rig.dead->sent.clear();
    rig.forwarder.release();
    SECTION("proved")
    {
        redeliveries.asked();
        CHECK(redeliveries.answered() == Marks{{}, {{2, 42}}});
    }
    SECTION("not proved")
    {
        rig.forwarder.link_lost(true);
        rig.forwarder.link_opened();
        rig.forwarder.session_known(true);
        rig.take(R"({"seq":3})", true);
        rig.take("nope", true);
        rig.advance();
        CHECK(rig.forwarder.counts().recognised == 1);
        REQUIRE(rig.dead->sent.size() == 1);
        CHECK(rig.dead->sent[0].first == "nope");
    }
}
