// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/script.hpp"

#include <map>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

std::vector<std::string> payloads(std::uint32_t devices, std::uint64_t count, std::uint64_t seed)
{
    FleetScript script{{.devices = devices, .rate = 10, .count = count},
                       {.seed = seed, .boot = 7},
                       default_signals()};
    std::vector<std::string> lines;
    while (const auto position = script.next_position()) {
        const auto message = script.take(kStart + *position / 1ms);
        lines.push_back(std::string{message.device_id}.append(" ").append(message.payload));
    }
    return lines;
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
        FleetScript script{{.devices = devices}, {.seed = 9, .boot = 1}, default_signals()};
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
    FleetScript script{{.devices = 3, .prefix = "d", .rate = 100, .count = 7}, {}, {}};
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
    FleetScript script{{.devices = 1}, {}, {}};
    CHECK_FALSE(script.last_position());
    (void)script.take(0);
    (void)script.take(0);
    CHECK(script.next_position() == 0ns);
}

TEST_CASE("fleet: names have the digits that the fleet needs", "[sim]")
{
    CHECK(device_name("sim-", 0, 1) == "sim-00001");
    CHECK(device_name("sim-", 99'999, 100'000) == "sim-100000");
    CHECK(device_name("", 0, 100'000) == "000001");
}

TEST_CASE("replay: points become messages in order, each device counting on its own", "[sim]")
{
    ReplayScript script{{{1'000, 1.5, 0}, {1'000, 2, 1}, {1'250, 3, 0}}, {"a", "b"}, {.boot = 7}};
    CHECK(script.first_ts() == 1'000);
    CHECK(script.last_position() == 250ms);
    std::string seen;
    while (const auto position = script.next_position()) {
        const auto message = script.take(5'000 + *position / 1ms);
        seen.append(message.device_id).append(message.payload).push_back('\n');
    }
    CHECK(seen == R"(a{"ts":5000,"boot":7,"seq":0,"value":1.5}
b{"ts":5000,"boot":7,"seq":0,"value":2}
a{"ts":5250,"boot":7,"seq":1,"value":3}
)");
}
