// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/page_message.hpp"
#include "tools/sim/ws_frames.hpp"

#include <string>

using namespace tlm::sim;
using Kind = WsMessage::Kind;

namespace {

std::string bytes(std::initializer_list<int> values)
{
    std::string text;
    for (const int value : values) {
        text += static_cast<char>(value);
    }
    return text;
}

} // namespace

TEST_CASE("websocket: messages whole, in pieces and in several frames", "[sim]")
{
    const std::string stream = bytes({0x81, 5}) + "hello" + bytes({0x01, 3}) + "one" +
                               bytes({0x89, 1}) + "p" + bytes({0x80, 3}) + "two" +
                               bytes({0x82, 126, 0, 200}) + std::string(200, 'x') +
                               bytes({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}) +
                               std::string(65'536, 'y') + bytes({0x88, 2, 3, 233});
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
        WsDecoder decoder;
        std::vector<WsMessage> messages;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            decoder.feed(std::string_view{stream}.substr(at, piece));
            while (auto message = decoder.next()) {
                messages.push_back(std::move(*message));
            }
        }
        REQUIRE(messages.size() == 6);
        CHECK(messages[0].payload == "hello");
        CHECK(messages[1].kind == Kind::ping);
        CHECK(messages[1].payload == "p");
        CHECK(messages[2].payload == "onetwo");
        CHECK(messages[3].payload.size() == 200);
        CHECK(messages[4].payload.size() == 65'536);
        CHECK(messages[5].kind == Kind::close);
    }
}

TEST_CASE("websocket: what no server may send ends the connection", "[sim]")
{
    for (const auto& stream : {
             bytes({0x81, 0x85, 1, 2, 3, 4, 5}),                 // masked
             bytes({0xC1, 0}),                                   // a reserved bit
             bytes({0x83, 0}),                                   // no such opcode
             bytes({0x80, 0}),                                   // goes on with nothing
             bytes({0x09, 0}),                                   // a ping in parts
             bytes({0x89, 126, 0, 126}) + std::string(126, 'x'), // a long ping
             bytes({0x01, 0, 0x81, 0}),                          // a message within a message
             bytes({0x81, 127, 127, 255, 255, 255, 255, 255, 255, 255}),
         }) {
        WsDecoder decoder;
        decoder.feed(stream);
        const auto message = decoder.next();
        REQUIRE(message);
        CHECK(message->kind == Kind::broken);
        decoder.feed(bytes({0x81, 0}));
        CHECK(decoder.next()->kind == Kind::broken);
    }
}

TEST_CASE("websocket: many parts are no way around the limit", "[sim]")
{
    WsDecoder decoder;
    const auto part = std::string(60'000, 'x');
    decoder.feed(bytes({0x01, 0}));
    bool broken = false;
    for (int i = 0; i < 100 && !broken; ++i) {
        decoder.feed(bytes({0x00, 126, 60'000 >> 8, 60'000 & 0xFF}) + part);
        const auto message = decoder.next();
        broken = message && message->kind == Kind::broken;
    }
    CHECK(broken);
}

TEST_CASE("websocket: a pong is masked", "[sim]")
{
    std::string out;
    append_ws_pong(out, "abc", {1, 2, 3, 4});
    CHECK(out == bytes({0x8A, 0x83, 1, 2, 3, 4, 'a' ^ 1, 'b' ^ 2, 'c' ^ 3}));
    out.clear();
    append_ws_pong(out, std::string(500, 'x'), {1, 2, 3, 4});
    CHECK(out.size() == 2 + 4 + 125);
}

TEST_CASE("page: the records of a message, byte for byte", "[sim]")
{
    PageReader reader;
    const auto update = reader.read(
        R"({"type":"update","devices":[ {"deviceId":"a", "data":{"x":1.50}},{"b":"]"} ],"more":true})");
    CHECK(!update.snapshot);
    CHECK(update.more);
    REQUIRE(update.records.size() == 2);
    CHECK(update.records[0] == R"({"deviceId":"a", "data":{"x":1.50}})");
    CHECK(update.records[1] == R"({"b":"]"})");
    CHECK(reader.read(R"({"more":false,"devices":[],"type":"snapshot"})").snapshot);
    for (const auto* const other :
         {"", "[]", "{", R"({"type":"hello","v":1})", R"({"type":"update","devices":{}})"}) {
        CHECK(reader.read(other).records.empty());
        CHECK(!reader.read(other).snapshot);
    }
}
