// SPDX-License-Identifier: Apache-2.0
#include "common/base/units.hpp"
#include "tests/support/catch.hpp"
#include "tools/sim/replay_script.hpp"

#include <map>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

Recording series(const std::string& device, const std::vector<EpochMs>& times)
{
    Recording recording{device, {}, {}};
    for (const auto ts : times) {
        const auto members = "\"n\":" + std::to_string(ts);
        recording.rows.push_back({ts, recording.text.size(), members.size()});
        recording.text += members;
    }
    return recording;
}

std::string play_all(ReplayScript& script, int most = 100)
{
    std::string seen;
    for (; most > 0 && script.next_position(); --most) {
        const auto position = *script.next_position();
        const auto message = script.take(5'000 + position / 1ms);
        seen.append(message.device_id).append(message.payload).push_back('\n');
    }
    return seen;
}

} // namespace

TEST_CASE("replay: rows become messages in order, each device counting on its own", "[sim]")
{
    ReplayScript script{{series("a", {1'000, 1'250}), series("b", {1'000})}, {}, {.boot = 7}, {}};
    CHECK(script.first_ts() == 1'000);
    CHECK(script.last_position() == 250ms);
    CHECK(play_all(script) == R"(a{"ts":5000,"boot":7,"seq":0,"n":1000}
b{"ts":5000,"boot":7,"seq":0,"n":1000}
a{"ts":5250,"boot":7,"seq":1,"n":1250}
)");
}

TEST_CASE("replay: a row without a number has none that may come as text", "[sim]")
{
    auto recording = series("a", {100, 200});
    const std::string text = R"("state":"on")";
    recording.rows[1] = {200, recording.text.size(), text.size()};
    recording.text += text;
    ReplayScript script{{recording}, {}, {}, {}};
    CHECK(script.next_has_number());
    (void)script.take(0, {.mistyped = true});
    CHECK_FALSE(script.next_has_number());
}

TEST_CASE("replay: in a loop the gap to the next lap is that of the rows", "[sim]")
{
    ReplayScript script{
        {series("a", {100, 200, 300})}, {.loop = true}, {}, {.extent = {.count = 5}}};
    CHECK_FALSE(script.last_position());
    CHECK(play_all(script) == R"(a{"ts":5000,"boot":0,"seq":0,"n":100}
a{"ts":5100,"boot":0,"seq":1,"n":200}
a{"ts":5200,"boot":0,"seq":2,"n":300}
a{"ts":5300,"boot":0,"seq":3,"n":100}
a{"ts":5400,"boot":0,"seq":4,"n":200}
)");
}

TEST_CASE("replay: an endless loop ends after a hundred years", "[sim]")
{
    ReplayScript script{{series("a", {0, 2'000'000'000'000})}, {.loop = true}, {}, {}};
    CHECK(play_all(script).size() > 0);
    CHECK_FALSE(script.next_position());
}

TEST_CASE("replay: spread over devices each says every row once, from its own row on", "[sim]")
{
    const ReplaySettings settings{.devices = 20, .ids = {"d"}};
    ReplayScript script{
        {series("a", {100, 200, 400}), series("b", {0, 50})}, settings, {.seed = 3}, {}};
    CHECK(script.last_position() <= 350ms);
    std::map<std::string, std::vector<std::string>> said;
    while (const auto position = script.next_position()) {
        const auto message = script.take(*position / 1ms);
        const auto text = std::string{message.payload};
        said[std::string{message.device_id}].push_back(text.substr(text.rfind(':')));
    }
    REQUIRE(said.size() == 20);
    std::size_t begins_elsewhere = 0;
    for (auto& [device, rows] : said) {
        const auto number = parse_unsigned(device.substr(1)).value();
        begins_elsewhere += rows.front() == ":100}" || rows.front() == ":0}" ? 0 : 1;
        std::sort(rows.begin(), rows.end());
        CHECK(rows == (number % 2 == 1 ? std::vector<std::string>{":100}", ":200}", ":400}"}
                                       : std::vector<std::string>{":0}", ":50}"}));
    }
    CHECK(begins_elsewhere > 5);
}

TEST_CASE("replay: all shards together are the whole", "[sim]")
{
    const auto play = [](Shard shard) {
        ReplayScript script{{series("a", {100, 200, 400})},
                            {.devices = 7, .loop = true},
                            {.seed = 3},
                            {shard, {.count = 50}, 0}};
        std::vector<std::string> lines;
        while (const auto position = script.next_position()) {
            const auto message = script.take(*position / 1ms);
            lines.push_back(std::string{message.device_id}.append(message.payload));
        }
        std::sort(lines.begin(), lines.end());
        return lines;
    };
    auto together = play({0, 2});
    const auto second = play({1, 2});
    together.insert(together.end(), second.begin(), second.end());
    std::sort(together.begin(), together.end());
    CHECK(together.size() == 50);
    CHECK(together == play({0, 1}));
}

TEST_CASE("replay: a mistyped row has its first number in quotes", "[sim]")
{
    Recording recording{"a", {{0, 0, 0}}, R"("s":"1","n":-2.5,"m":3)"};
    recording.rows[0].size = recording.text.size();
    ReplayScript script{{recording}, {}, {}, {}};
    CHECK(script.take(1, {.clock = 5ms, .claimed_id = "x", .mistyped = true}).payload ==
          R"({"ts":6,"boot":0,"seq":0,"deviceId":"x","s":"1","n":"-2.5","m":3})");
}
