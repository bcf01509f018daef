// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/fleet_script.hpp"

#include <algorithm>
#include <map>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

Group machines(std::uint32_t devices, Arrivals arrivals)
{
    Group group;
    group.name = "machines";
    group.devices = devices;
    group.arrivals = std::move(arrivals);
    group.signals = default_signals();
    return group;
}

std::vector<std::string> play_all(FleetScript& script)
{
    std::vector<std::string> lines;
    while (const auto position = script.next_position()) {
        const auto speaker = script.next_speaker();
        const auto message = script.take(kStart + *position / 1ms);
        CHECK(message.device == speaker.device);
        CHECK(message.seq == speaker.seq);
        lines.push_back(std::string{message.device_id}.append(" ").append(message.payload));
    }
    return lines;
}

std::vector<std::string> payloads(std::uint32_t devices, std::uint64_t count, std::uint64_t seed)
{
    FleetScript script{
        {machines(devices, Constant{10})}, {.seed = seed, .boot = 7}, {.extent = {.count = count}}};
    return play_all(script);
}

std::vector<Group> mixed_fleet()
{
    std::vector<Group> groups{machines(7, Constant{20}), machines(5, Poisson{500ms}),
                              machines(4, Jittered{300ms, 0.8}), machines(3, Burst{1s, 5, 10ms})};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i].ids.prefix = std::string(1, static_cast<char>('a' + i));
    }
    return groups;
}

} // namespace

TEST_CASE("fleet: the bytes for a seed are the same everywhere and for ever", "[sim]")
{
    CHECK(payloads(2, 4, 1) ==
          std::vector<std::string>{
              R"(sim-00001 {"ts":1767225600000,"boot":7,"seq":0,"temp_c":21.87,"rpm":2911,)"
              R"("vibration_mm_s":2.18,"load_pct":71.1,"parts":0,"mode":1})",
              R"(sim-00002 {"ts":1767225600100,"boot":7,"seq":0,"temp_c":20.75,"rpm":1479,)"
              R"("vibration_mm_s":1.763,"load_pct":41.5,"parts":0,"mode":0})",
              R"(sim-00001 {"ts":1767225600200,"boot":7,"seq":1,"temp_c":21.92,"rpm":2907,)"
              R"("vibration_mm_s":1.992,"load_pct":67.2,"parts":1,"mode":1})",
              R"(sim-00002 {"ts":1767225600300,"boot":7,"seq":1,"temp_c":20.61,"rpm":1483,)"
              R"("vibration_mm_s":1.875,"load_pct":36.8,"parts":1,"mode":0})",
          });
}

TEST_CASE("fleet: another seed gives other values", "[sim]")
{
    CHECK(payloads(2, 4, 1) == payloads(2, 4, 1));
    CHECK(payloads(2, 4, 1) != payloads(2, 4, 2));
}

TEST_CASE("fleet: what a device says does not depend on the size of the fleet", "[sim]")
{
    const auto play_first = [](std::uint32_t devices) {
        FleetScript script{{machines(devices, Constant{})}, {.seed = 9, .boot = 1}, {}};
        std::vector<std::string> lines;
        for (std::uint32_t i = 0; i < 50 * devices; ++i) {
            const auto message = script.take(kStart + i / devices);
            if (i % devices == 0) {
                lines.emplace_back(message.payload);
            }
        }
        return lines;
    };
    CHECK(play_first(1) == play_first(7));
}

TEST_CASE("fleet: devices take turns and each counts from 0", "[sim]")
{
    Group group;
    group.devices = 3;
    group.ids.prefix = "d";
    group.arrivals = Constant{100};
    FleetScript script{{group}, {}, {.extent = {.count = 7}}};
    std::map<std::string, std::uint64_t> next;
    std::vector<std::string> order;
    CHECK(script.last_position() == 60ms);
    while (script.next_position()) {
        const auto message = script.take(0);
        CHECK(message.seq == next[std::string{message.device_id}]++);
        order.emplace_back(message.device_id);
    }
    CHECK(order == std::vector<std::string>{"d00001", "d00002", "d00003", "d00001", "d00002",
                                            "d00003", "d00001"});
}

TEST_CASE("fleet: without a rate everything stands at the start, without a count nothing ends",
          "[sim]")
{
    FleetScript script{{Group{}}, {}, {}};
    CHECK_FALSE(script.last_position());
    (void)script.take(0);
    (void)script.take(0);
    CHECK(script.next_position() == 0ns);
}

TEST_CASE("fleet: all shards together are the whole, byte for byte", "[sim]")
{
    const auto extent = GENERATE(Extent{.count = 500}, Extent{.count = {}, .length = 5s});
    const auto part = [&extent](std::uint32_t index, std::uint32_t of) {
        FleetScript script{mixed_fleet(), {.seed = 3, .boot = 1}, {{index, of}, extent, kStart}};
        return play_all(script);
    };
    auto whole = part(0, 1);
    std::vector<std::string> together;
    for (std::uint32_t i = 0; i < 4; ++i) {
        const auto lines = part(i, 4);
        CHECK_FALSE(lines.empty());
        together.insert(together.end(), lines.begin(), lines.end());
    }
    std::sort(whole.begin(), whole.end());
    std::sort(together.begin(), together.end());
    CHECK(whole == together);
}

TEST_CASE("fleet: a device sends its share of the count", "[sim]")
{
    FleetScript script{mixed_fleet(), {.seed = 3}, {.extent = {.count = 100}}};
    std::map<std::uint32_t, int> sent;
    while (script.next_position()) {
        ++sent[script.take(0).device];
    }
    REQUIRE(sent.size() == 19);
    for (const auto& [device, count] : sent) {
        CHECK(count == (device < 100 % 19 ? 6 : 5));
    }
}

TEST_CASE("fleet: positions of all groups ascend", "[sim]")
{
    FleetScript script{mixed_fleet(), {.seed = 3}, {.extent = {.length = 20s}}};
    nanoseconds before{0};
    while (const auto position = script.next_position()) {
        CHECK(*position >= before);
        CHECK(*position < 20s);
        before = *position;
        (void)script.take(0);
    }
    CHECK(script.last_position() == 20s);
}

TEST_CASE("fleet: a message out of turn has the next seq, and so have those behind it", "[sim]")
{
    FleetScript script{{machines(2, Constant{10})}, {.seed = 1}, {.extent = {.count = 4}}};
    CHECK(script.take(kStart).seq == 0);
    CHECK(script.take_again(kStart).seq == 1);
    CHECK(script.take_again(kStart).device == 0);
    CHECK(script.take(kStart).seq == 0);
    CHECK(script.next_speaker().seq == 3);
    CHECK(script.take(kStart).seq == 3);
    CHECK(script.take(kStart).seq == 1);
    CHECK_FALSE(script.next_position());
}

TEST_CASE("fleet: what is distorted is what the message says, nothing else", "[sim]")
{
    const auto first = [](const Distortion& distortion) {
        FleetScript script{{machines(1, Constant{10})}, {.seed = 1, .boot = 7}, {}};
        return std::string{script.take(kStart, distortion).payload};
    };
    const std::string sound = R"({"ts":1767225600000,"boot":7,"seq":0,"temp_c":21.87,"rpm":2911,)"
                              R"("vibration_mm_s":2.18,"load_pct":71.1,"parts":0,"mode":1})";
    CHECK(first({}) == sound);
    const auto with = [&sound](std::string_view from, std::string_view to) {
        std::string text = sound;
        return text.replace(text.find(from), from.size(), to);
    };
    CHECK(first({.clock = 1h}) == with("1767225600000", "1767229200000"));
    CHECK(first({.claimed_id = "x"}) == with(R"("seq":0)", R"("seq":0,"deviceId":"x")"));
    CHECK(first({.mistyped = true}) == with("21.87", R"("21.87")"));
    std::vector<ValueChange> changes{{.signal = 1, .amount = 100.4},
                                     {.signal = 4, .replace = true, .amount = 9}};
    CHECK(first({.changes = changes}) ==
          with("2911,", "3011,").replace(sound.find(R"("parts":0)"), 9, R"("parts":9)"));
    CHECK(changes[0].measured == 2'911);
    CHECK(changes[0].said == 3'011);
    CHECK(changes[1].measured == 0);
}

TEST_CASE("fleet: names have the digits that the fleet needs", "[sim]")
{
    CHECK(IdPattern{}.name(0, 1) == "sim-00001");
    CHECK(IdPattern{}.name(99'999, 100'000) == "sim-100000");
    CHECK(IdPattern{""}.name(0, 100'000) == "000001");
    CHECK(IdPattern::parse("pump-{n:2}.x", 5)->name(2, 5) == "pump-03.x");
    CHECK(IdPattern::parse("{n}", 5)->name(0, 5) == "00001");
    for (const auto* bad : {"pump", "pump-{x}", "pump-{n", "p/{n}", "{n:}", "{n:x}", "{n:999}"}) {
        CHECK_FALSE(IdPattern::parse(bad, 5));
    }
}
