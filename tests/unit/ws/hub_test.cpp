// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/ws/hub.hpp"

#include <charconv>
#include <map>
#include <random>
#include <string>

using namespace tlm;
using namespace tlm::ws;

namespace {

constexpr std::size_t kHeadroom = 16;

/// A store that is fed values by device number; the value is the last number given to the device.
struct World {
    LastValues values{{}};
    Hub hub{values, kHeadroom};
    std::int64_t offset = 0;
    std::map<int, int> truth;

    void set(int device, int value, std::size_t padding = 0)
    {
        const auto id = "d" + std::to_string(device);
        const auto data =
            "{\"x\":" + std::to_string(value) + ",\"p\":\"" + std::string(padding, 'p') + "\"}";
        Record record;
        record.device_id = id;
        record.data = data;
        REQUIRE(values.put(record, {0, ++offset}) == Put::stored);
        truth[device] = value;
    }
};

int number_at(const std::string& text, std::size_t at)
{
    int number = -1;
    (void)std::from_chars(text.data() + at, text.data() + text.size(), number);
    return number;
}

/// What a client knows after the frames it was sent.
struct Client {
    Cursor cursor;
    std::map<int, int> known;
    std::string last_text;
    std::size_t frames = 0;

    void take(const Frame& frame)
    {
        REQUIRE(frame.bytes.size() >= kHeadroom);
        last_text = frame.bytes.substr(kHeadroom);
        REQUIRE(last_text.size() <= Hub::kMaxFrame);
        ++frames;
        const std::string id_mark = "\"deviceId\":\"d";
        const std::string value_mark = "\"x\":";
        for (auto at = last_text.find(id_mark); at != std::string::npos;
             at = last_text.find(id_mark, at)) {
            at += id_mark.size();
            const auto device = number_at(last_text, at);
            at = last_text.find(value_mark, at) + value_mark.size();
            known[device] = number_at(last_text, at);
        }
    }

    void catch_up(Hub& hub)
    {
        while (const auto frame = hub.next(cursor)) {
            take(*frame);
        }
    }
};

} // namespace

TEST_CASE("hub: a client that joins gets a snapshot, then only changes", "[ws]")
{
    World world;
    world.set(1, 10);
    world.set(2, 20);
    Client client;
    CHECK_FALSE(world.hub.behind(client.cursor)); // nothing is published yet
    REQUIRE(world.hub.publish());
    client.catch_up(world.hub);
    CHECK(client.frames == 1);
    CHECK(client.last_text.starts_with(R"({"type":"snapshot","devices":[{)"));
    CHECK(client.last_text.ends_with(R"(}],"more":false})"));
    CHECK(client.known == world.truth);

    CHECK_FALSE(world.hub.publish());
    CHECK(world.hub.next(client.cursor) == nullptr);

    world.set(2, 21);
    REQUIRE(world.hub.publish());
    client.known.clear();
    client.catch_up(world.hub);
    CHECK(client.last_text.starts_with(R"({"type":"update","devices":[{)"));
    CHECK(client.known == std::map<int, int>{{2, 21}});
}

TEST_CASE("hub: clients in the same state share one frame", "[ws]")
{
    World world;
    world.set(1, 1);
    REQUIRE(world.hub.publish());
    Client first;
    Client second;
    const auto a = world.hub.next(first.cursor);
    world.set(1, 2); // between two ticks: the kept frame is still given out ...
    const auto b = world.hub.next(second.cursor);
    CHECK(a == b);
    CHECK(world.hub.counters().frames_built == 1);
    CHECK(world.hub.counters().frames_sent == 2);
    REQUIRE(world.hub.publish()); // ... and what it lacks follows
    second.catch_up(world.hub);
    CHECK(second.known == world.truth);
}

TEST_CASE("hub: more than a page goes out in pages", "[ws]")
{
    World world;
    for (int device = 0; device < 500; ++device) {
        world.set(device, device, 1000);
    }
    REQUIRE(world.hub.publish());
    Client client;
    const auto first = world.hub.next(client.cursor);
    client.take(*first);
    CHECK(client.last_text.ends_with(R"("more":true})"));
    client.catch_up(world.hub);
    CHECK(client.last_text.ends_with(R"("more":false})"));
    CHECK(client.frames >= 8);
    CHECK(client.frames <= 10);
    CHECK(client.known == world.truth);
}

TEST_CASE("hub: the largest value that is stored fits into a frame", "[ws]")
{
    LastValues values{{.max_value_bytes = Hub::kMaxValueBytes}};
    Hub hub{values, kHeadroom};
    const std::string id(128, 'i');
    const std::string data = "{\"x\":\"" + std::string(Hub::kMaxValueBytes - 8, 'y') + "\"}";
    Record record;
    record.device_id = id;
    record.data = data;
    REQUIRE(values.put(record, {0, 1}) == Put::stored);
    REQUIRE(hub.publish());
    Cursor cursor;
    const auto frame = hub.next(cursor);
    REQUIRE(frame);
    CHECK(frame->devices == 1);
    CHECK(frame->bytes.size() - kHeadroom <= Hub::kMaxFrame);
    CHECK_FALSE(hub.behind(cursor));
}

TEST_CASE("hub: a slow client starves of no device", "[ws]")
{
    // Devices report in a fixed order; the client takes one page a tick, about a tenth of what
    // changes in that time. In the order of changes it would meet the same devices for ever.
    World world;
    Client client;
    int value = 0;
    std::map<int, int> seen_at;
    constexpr int kDevices = 1000;
    constexpr int kTicks = 60;
    for (int tick = 0; tick < kTicks; ++tick) {
        for (int i = 0; i < kDevices; ++i) {
            world.set(i, ++value, 1000);
        }
        REQUIRE(world.hub.publish());
        const auto frame = world.hub.next(client.cursor);
        REQUIRE(frame);
        client.known.clear();
        client.take(*frame);
        for (const auto& [device, unused] : client.known) {
            seen_at[device] = tick;
        }
    }
    REQUIRE(seen_at.size() == kDevices);
    for (const auto& [device, tick] : seen_at) {
        CHECK(tick > kTicks - 25); // a round takes about 17 ticks
    }
}

TEST_CASE("hub: whatever happens, clients end with what is true", "[ws]")
{
    for (unsigned seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        World world;
        std::minstd_rand random{seed};
        std::vector<Client> clients(5);
        for (int step = 0; step < 2000; ++step) {
            const auto dice = random() % 10;
            if (dice < 6) {
                world.set(static_cast<int>(random() % 300), step, random() % 3000);
            } else if (dice < 7) {
                (void)world.hub.publish();
            } else {
                auto& client = clients[random() % clients.size()];
                if (const auto frame = world.hub.next(client.cursor)) {
                    client.take(*frame);
                }
            }
        }
        (void)world.hub.publish();
        for (auto& client : clients) {
            client.catch_up(world.hub);
            CHECK(client.known == world.truth);
        }
    }
}

TEST_CASE("hub: the newest status goes to every client once", "[ws]")
{
    World world;
    Client client;
    world.hub.set_status(R"("input":"waiting")");
    world.hub.set_status(R"("input":"live")");
    CHECK(world.hub.behind(client.cursor));
    client.catch_up(world.hub);
    CHECK(client.frames == 1);
    CHECK(client.last_text == R"({"type":"status","input":"live"})");
    world.set(1, 1);
    REQUIRE(world.hub.publish());
    client.catch_up(world.hub);
    CHECK(client.frames == 2);
    CHECK(client.known == world.truth);
}
