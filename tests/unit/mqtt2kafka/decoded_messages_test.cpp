// SPDX-License-Identifier: Apache-2.0
// Payloads that are decoded by a decoder which remembers, and a broker that sends again.
#include "common/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/wire_writer.hpp"
#include "tools/mqtt2kafka/forwarder.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace tlm;
using namespace tlm::mqtt2kafka;
using test::WireWriter;

namespace {

constexpr EpochMs kNow = 1'767'225'600'000;

struct Sent {
    std::string value;
    std::string key;
    std::vector<Header> headers;
    Ticket ticket;
};

struct FakeSink final : Sink {
    std::vector<Sent> sent;
    std::vector<Delivery> reports;
    std::size_t room = 1000;

    [[nodiscard]] bool send(const Output& output, Ticket ticket) override
    {
        if (room == 0) {
            return false;
        }
        --room;
        sent.push_back({std::string{output.value},
                        std::string{output.key},
                        {output.headers.begin(), output.headers.end()},
                        ticket});
        return true;
    }

    void collect(std::vector<Delivery>& deliveries) override
    {
        deliveries.insert(deliveries.end(), reports.begin(), reports.end());
        reports.clear();
    }

    [[nodiscard]] bool flush(milliseconds) override { return true; }

    void close() override {}

    /// Confirms what was sent from `first` on, at the offsets that it has here.
    void confirm(std::size_t first = 0)
    {
        for (std::size_t i = first; i < sent.size(); ++i) {
            reports.push_back({sent[i].ticket, true, "", 0, static_cast<std::int64_t>(i)});
        }
    }
};

/// One process: what it knows ends with it.
struct Rig {
    FakeSink records;
    FakeSink* dead = nullptr;
    DeadLetters dead_letters;
    formats::SparkplugPayloads decoder{formats::SparkplugOptions{}};
    Forwarder forwarder;

    Rig()
        : dead_letters(make_dead(dead)),
          forwarder(TranslateOptions{}, {}, records, dead_letters, false, Resolve{})
    {
        forwarder.use(&decoder);
    }

    static DeadLetters make_dead(FakeSink*& dead)
    {
        auto sink = std::make_unique<FakeSink>();
        dead = sink.get();
        return {std::move(sink), DeadLetters::Form::record};
    }

    struct Mqtt {
        std::string type;
        std::string payload;
    };

    void take(const Mqtt& message, bool dup = false)
    {
        const auto topic = "spBv1.0/G/" + message.type + "/E";
        forwarder.take({topic, message.payload, 1, false, dup}, Monotonic{});
    }

    void advance() { forwarder.advance(kNow, Monotonic{}); }

    [[nodiscard]] std::string data(std::size_t index) const
    {
        const auto& value = records.sent.at(index).value;
        return value.substr(value.find("\"data\":") + 7);
    }
};

Rig::Mqtt birth(unsigned seq, std::string_view name, unsigned ts)
{
    return {
        "NBIRTH",
        WireWriter{}
            .varint(1, ts)
            .varint(3, seq)
            .bytes(2, WireWriter{}.bytes(1, name).varint(2, 1).varint(4, 3).varint(10, 5).text())
            .text()};
}

Rig::Mqtt data(unsigned seq, unsigned ts)
{
    return {"NDATA", WireWriter{}
                         .varint(1, ts)
                         .varint(3, seq)
                         .bytes(2, WireWriter{}.varint(2, 1).varint(10, ts).text())
                         .text()};
}

std::string header(const Sent& sent, std::string_view name)
{
    const auto found = std::find_if(sent.headers.begin(), sent.headers.end(),
                                    [name](const Header& header) { return header.name == name; });
    return found == sent.headers.end() ? "(none)" : found->value;
}

/// What the next process finds in the topic.
void recover(Rig& next, const Rig& last, std::size_t first)
{
    RecordReader reader;
    for (std::size_t i = first; i < last.records.sent.size(); ++i) {
        const auto& sent = last.records.sent[i];
        const auto verdict = reader.read(sent.value);
        next.forwarder.expect(std::get<Record>(verdict), sent.headers,
                              {0, static_cast<std::int64_t>(i)});
    }
}

/// A node that is born anew under another name for the same alias, amid data.
const std::vector<Rig::Mqtt> kStory{birth(0, "old", 1), data(1, 2), data(2, 3),
                                    birth(0, "new", 4), data(1, 5), data(2, 6)};
const std::vector<std::string> kTold{
    R"({"ts":1,"sparkplug":"NBIRTH","old":5}})", R"({"ts":2,"sparkplug":"NDATA","old":2}})",
    R"({"ts":3,"sparkplug":"NDATA","old":3}})",  R"({"ts":4,"sparkplug":"NBIRTH","new":5}})",
    R"({"ts":5,"sparkplug":"NDATA","new":5}})",  R"({"ts":6,"sparkplug":"NDATA","new":6}})"};

} // namespace

TEST_CASE("decoded: records are keyed by the edge node and carry the payload's hash",
          "[mqtt2kafka]")
{
    Rig rig;
    for (const auto& message : kStory) {
        rig.take(message);
    }
    rig.advance();
    REQUIRE(rig.records.sent.size() == kStory.size());
    for (std::size_t i = 0; i < kStory.size(); ++i) {
        CHECK(rig.data(i) == kTold[i]);
        CHECK(rig.records.sent[i].key == "G::E");
        CHECK(header(rig.records.sent[i], kPayloadHash).size() == 32);
    }
    CHECK(header(rig.records.sent[1], kPayloadHash) != header(rig.records.sent[2], kPayloadHash));
}

TEST_CASE("decoded: a full sink does not decode twice", "[mqtt2kafka]")
{
    Rig rig;
    rig.records.room = 1;
    for (const auto& message : kStory) {
        rig.take(message);
    }
    for (int i = 0; i < 10; ++i) {
        rig.advance();
    }
    rig.records.room = 100;
    rig.advance();
    REQUIRE(rig.records.sent.size() == kStory.size());
    for (std::size_t i = 0; i < kStory.size(); ++i) {
        CHECK(rig.data(i) == kTold[i]);
    }
    CHECK(rig.forwarder.take_rebirths().empty());
}

TEST_CASE("decoded: what comes again in the same process is not decoded again", "[mqtt2kafka]")
{
    for (const bool acknowledged : {false, true}) {
        Rig rig;
        for (const auto& message : kStory) {
            rig.take(message);
        }
        rig.advance();
        rig.records.confirm();
        rig.advance();
        REQUIRE(rig.forwarder.window().releasable());
        rig.forwarder.link_lost(acknowledged);
        rig.forwarder.link_opened();
        for (const auto& message : kStory) {
            rig.take(message, true);
        }
        rig.take(data(3, 7));
        rig.advance();
        CHECK(rig.forwarder.counts().recognised == kStory.size());
        REQUIRE(rig.records.sent.size() == kStory.size() + 1);
        CHECK(rig.data(kStory.size()) == R"({"ts":7,"sparkplug":"NDATA","new":7}})");
        CHECK(rig.forwarder.take_rebirths().empty());
    }
}

TEST_CASE("decoded: a birth that was missed at QoS 0 mixes up no names", "[mqtt2kafka]")
{
    Rig rig;
    rig.take(kStory[0]);
    rig.advance();
    rig.records.confirm();
    rig.advance();
    rig.forwarder.release();
    rig.forwarder.link_lost(true);
    rig.forwarder.link_opened();
    rig.take(kStory[5]); // data of the second birth, which nobody has seen
    rig.advance();
    CHECK(rig.records.sent.size() == 1);
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(header(rig.dead->sent[0], "tlm-reason") == "no_birth");
    CHECK(rig.forwarder.take_rebirths().size() == 1);
}

TEST_CASE("decoded: what Kafka did not take keeps the names of its time", "[mqtt2kafka]")
{
    Rig rig;
    for (const auto& message : kStory) {
        rig.take(message);
    }
    rig.advance();
    // All but the second are confirmed; that one failed, and the connection is given up.
    for (const std::size_t i : {0U, 2U, 3U, 4U, 5U}) {
        rig.records.reports.push_back(
            {rig.records.sent[i].ticket, true, "", 0, static_cast<std::int64_t>(i)});
    }
    rig.records.reports.push_back({rig.records.sent[1].ticket, false, "UNKNOWN: no"});
    rig.advance();
    REQUIRE(rig.forwarder.failed());
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    for (const auto& message : kStory) {
        rig.take(message, true);
    }
    rig.advance();
    REQUIRE(rig.records.sent.size() == kStory.size() + 1);
    CHECK(rig.data(kStory.size()) == kTold[1]); // "old", although the name is "new" by now
}

TEST_CASE("decoded: what comes again without the DUP flag keeps the names of its time",
          "[mqtt2kafka]")
{
    Rig rig;
    const std::size_t safe = 2;
    rig.take(kStory[0]);
    rig.take(kStory[1]);
    rig.advance();
    rig.records.confirm();
    rig.advance();
    rig.forwarder.release();
    for (std::size_t i = safe; i < kStory.size(); ++i) {
        rig.take(kStory[i]);
    }
    rig.advance();
    rig.forwarder.link_lost(false);
    rig.forwarder.link_opened();
    rig.forwarder.redeliveries().come_late(true);
    rig.records.sent.clear();
    for (std::size_t i = safe; i < kStory.size(); ++i) {
        rig.take(kStory[i]);
    }
    rig.advance();
    REQUIRE(rig.records.sent.size() == kStory.size() - safe);
    for (std::size_t i = safe; i < kStory.size(); ++i) {
        CHECK(rig.data(i - safe) == kTold[i]);
    }
    CHECK(rig.forwarder.take_rebirths().empty());
}

TEST_CASE("decoded: what comes again behind new messages is seen by the decoder", "[mqtt2kafka]")
{
    Rig last;
    for (const auto& message : kStory) {
        last.take(message);
    }
    last.advance();
    Rig next;
    recover(next, last, 0);
    next.forwarder.link_opened();
    next.forwarder.redeliveries().come_late(true);
    const auto other = birth(0, "other", 1);
    next.forwarder.take({"spBv1.0/G/NBIRTH/F", other.payload, 1, false, false}, Monotonic{});
    next.advance();
    next.records.confirm();
    next.advance();
    next.forwarder.release();
    for (const auto& message : kStory) {
        next.take(message, true);
    }
    next.take(data(3, 7));
    next.advance();
    CHECK(next.forwarder.counts().recognised == kStory.size());
    REQUIRE(next.records.sent.size() == 2);
    CHECK(next.data(1) == R"({"ts":7,"sparkplug":"NDATA","new":7}})");
}

TEST_CASE("decoded: a crash at any point loses nothing and mixes up no names", "[mqtt2kafka]")
{
    // `kept` messages were acknowledged with the state written; the broker has read the
    // acknowledgements of `read` of them; `stored` messages are in Kafka.
    for (std::size_t kept = 0; kept <= kStory.size(); ++kept) {
        for (std::size_t read = 0; read <= kept; ++read) {
            for (std::size_t stored = kept; stored <= kStory.size(); ++stored) {
                CAPTURE(kept, read, stored);
                Rig rig;
                for (std::size_t i = 0; i < kept; ++i) {
                    rig.take(kStory[i]);
                }
                rig.advance();
                rig.records.confirm();
                rig.advance();
                std::string state;
                const auto checkpoint = rig.forwarder.checkpoint();
                rig.decoder.memory().export_state(state);
                rig.forwarder.release();
                for (std::size_t i = kept; i < stored; ++i) {
                    rig.take(kStory[i]);
                }
                rig.advance();

                Rig next;
                REQUIRE_FALSE(next.decoder.memory().import_state(state));
                next.forwarder.resume(checkpoint);
                recover(next, rig, read);
                for (std::size_t i = read; i < kStory.size(); ++i) {
                    next.take(kStory[i], true);
                }
                next.take(data(3, 7));
                next.advance();
                CHECK(next.dead->sent.empty());
                CHECK(next.forwarder.take_rebirths().empty());
                REQUIRE(next.records.sent.size() == kStory.size() - stored + 1);
                for (std::size_t i = stored; i < kStory.size(); ++i) {
                    CHECK(next.data(i - stored) == kTold[i]);
                }
                CHECK(next.data(kStory.size() - stored) ==
                      R"({"ts":7,"sparkplug":"NDATA","new":7}})");
            }
        }
    }
}

TEST_CASE("decoded: dead letters are recognised after a crash, and not decoded again",
          "[mqtt2kafka]")
{
    // A name that is twice a key: well for Sparkplug, and no record.
    const Rig::Mqtt twice{
        "NDATA", WireWriter{}
                     .varint(1, 9)
                     .varint(3, 1)
                     .bytes(2, WireWriter{}.bytes(1, "metric/ts").varint(4, 3).varint(10, 1).text())
                     .bytes(2, WireWriter{}.bytes(1, "ts").varint(4, 3).varint(10, 1).text())
                     .text()};
    Rig rig;
    rig.take(birth(0, "temp", 1));
    rig.take(twice);
    rig.advance();
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(rig.dead->sent[0].value == twice.payload);
    CHECK(rig.dead->sent[0].key == "G::E");
    CHECK(header(rig.dead->sent[0], "tlm-reason") == "duplicate_key");
    rig.records.confirm();
    rig.dead->confirm();
    rig.advance();
    const auto checkpoint = rig.forwarder.checkpoint();
    REQUIRE(checkpoint.elsewhere.size() == 1);
    std::string state;
    rig.decoder.memory().export_state(state);

    Rig next;
    REQUIRE_FALSE(next.decoder.memory().import_state(state));
    next.forwarder.resume(checkpoint);
    recover(next, rig, 0);
    next.take(birth(0, "temp", 1), true);
    next.take(twice, true);
    next.take(data(2, 3));
    next.advance();
    CHECK(next.dead->sent.empty());
    REQUIRE(next.records.sent.size() == 1);
    CHECK(next.data(0) == R"({"ts":3,"sparkplug":"NDATA","temp":3}})");
}

TEST_CASE("decoded: commands are passed over, births are asked for", "[mqtt2kafka]")
{
    Rig rig;
    rig.take({"NCMD", "anything"});
    rig.take(data(5, 1));
    rig.advance();
    CHECK(rig.forwarder.counts().passed_over == 1);
    REQUIRE(rig.dead->sent.size() == 1);
    CHECK(header(rig.dead->sent[0], "tlm-reason") == "no_birth");
    const auto rebirths = rig.forwarder.take_rebirths();
    REQUIRE(rebirths.size() == 1);
    CHECK(rebirths[0].topic == "spBv1.0/G/NCMD/E");
}

namespace {

/// Cannot tell until it is told.
struct Waiting final : formats::PayloadDecoder {
    bool known = false;

    [[nodiscard]] Verdict<formats::Unwrapped> decode(const formats::Encoded&,
                                                     std::string& json) override
    {
        if (!known) {
            throw transient_error("the registry is away");
        }
        json += R"({"seq":1})";
        return formats::Unwrapped{};
    }
};

} // namespace

TEST_CASE("decoded: a message whose schema is not known yet holds up those behind it",
          "[mqtt2kafka]")
{
    Rig rig;
    Waiting decoder;
    rig.forwarder.use(&decoder);
    rig.forwarder.take({"devices/d1/telemetry", "1", 1}, Monotonic{});
    rig.forwarder.take({"devices/d1/telemetry", "2", 1}, Monotonic{});
    rig.advance();
    CHECK(rig.records.sent.empty());
    CHECK(rig.dead->sent.empty());
    CHECK(rig.forwarder.unconfirmed() == 2);
    CHECK(rig.forwarder.held_up() == "the registry is away");
    decoder.known = true;
    rig.advance();
    CHECK(rig.records.sent.size() == 2);
    CHECK(rig.forwarder.held_up().empty());
}

TEST_CASE("decoded: the hash is of what is decoded, whatever the broker adds", "[mqtt2kafka]")
{
    std::vector<Header> properties{{"content-type", "a"}, {"user-id", "1"}};
    Message message{"t", "payload"};
    message.properties = properties;
    const auto hash = Decoding::hash(message);
    properties.push_back({"message-expiry", "7"});
    message.properties = properties;
    CHECK(Decoding::hash(message) == hash);
    properties[1].value = "2"; // an attribute of an event
    CHECK(Decoding::hash(message) != hash);
    properties[1].value = "1";
    message.payload = "payloae";
    CHECK(Decoding::hash(message) != hash);
}
