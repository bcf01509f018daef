// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/fault_injector.hpp"
#include "tools/sim/fleet_script.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

constexpr EpochMs kStart = 1'767'225'600'000;

Group one_metric(std::uint32_t devices, std::vector<FaultRule> faults)
{
    Group group;
    group.devices = devices;
    group.ids.prefix = "d";
    group.arrivals = Constant{10.0 * devices}; // each device ten times a second
    group.signals = {{"x", {Fixed{{5}}}, 1}};
    group.faults = std::move(faults);
    return group;
}

struct Line {
    std::string device;
    std::uint64_t seq = 0;
    EpochMs ts = 0;
    EpochMs sent = 0;
    std::string payload;
    std::string fault;
    bool hang_up = false;
};

using Names = std::vector<std::string>;

struct Played {
    std::vector<Line> lines;
    std::vector<std::string> truth;
    std::vector<nanoseconds> cuts; ///< positions, one for each connection

    [[nodiscard]] Names faults() const
    {
        Names names;
        for (const auto& line : lines) {
            names.push_back(line.fault);
        }
        return names;
    }

    [[nodiscard]] std::vector<std::uint64_t> seqs() const
    {
        std::vector<std::uint64_t> seqs;
        for (const auto& line : lines) {
            seqs.push_back(line.seq);
        }
        return seqs;
    }
};

Played play_all(std::vector<Group> groups, std::uint64_t count, Shard shard = {})
{
    const Identity identity{.seed = 5, .boot = 1};
    std::vector<FaultScope> scopes;
    std::uint32_t first = 0;
    for (const auto& group : groups) {
        scopes.push_back(fault_scope(group, first));
        first += group.devices;
    }
    const Casting casting{shard, {.count = count}, kStart};
    FaultInjector script{std::make_unique<FleetScript>(std::move(groups), identity, casting),
                         std::move(scopes), identity, shard, kStart};
    Played played;
    while (const auto position = script.next_position()) {
        if (const auto message = script.take(kStart + *position / 1ms)) {
            played.lines.push_back({std::string{message->device_id}, message->seq, message->ts,
                                    message->sent, std::string{message->payload},
                                    std::string{message->fault}, message->hang_up});
        }
        played.cuts.insert(played.cuts.end(), script.hang_ups().size(), *position);
        script.hang_ups().clear();
    }
    std::istringstream truth{script.truth()};
    for (std::string line; std::getline(truth, line);) {
        played.truth.push_back(line);
    }
    return played;
}

Played play_one(const FaultRule& fault, std::uint64_t count = 20)
{
    return play_all({one_metric(1, {fault})}, count);
}

FaultRule at(FaultKind kind, milliseconds when, std::optional<milliseconds> length = std::nullopt)
{
    FaultRule fault{kind};
    fault.at = when;
    fault.length = length;
    return fault;
}

std::string payload(std::uint64_t seq, std::string_view x)
{
    return R"({"ts":)" + std::to_string(kStart + static_cast<EpochMs>(seq) * 100) +
           R"(,"boot":1,"seq":)" + std::to_string(seq) + R"(,"x":)" + std::string{x} + "}";
}

std::string truth(std::string_view kind, std::uint64_t seq, std::string_view rest)
{
    return R"({"kind":")" + std::string{kind} + R"(","deviceId":"d00001","boot":1,"seq":)" +
           std::to_string(seq) + R"(,"ts":)" +
           std::to_string(kStart + static_cast<EpochMs>(seq) * 100) + "," + std::string{rest} + "}";
}

} // namespace

TEST_CASE("faults: bad JSON is the message without its end", "[sim]")
{
    const auto played = play_one(at(FaultKind::bad_json, 300ms));
    const auto whole = payload(3, "5");
    CHECK(played.lines[3].fault == "bad_json");
    CHECK(played.lines[3].payload.size() < whole.size());
    CHECK(whole.starts_with(played.lines[3].payload));
    CHECK(played.lines[4].payload == payload(4, "5"));
    CHECK(played.lines[4].fault.empty());
    CHECK(played.truth == std::vector{truth("bad_json", 3, R"("expected":"not_json")")});
}

TEST_CASE("faults: a wrong type, a wrong name, a wrong clock", "[sim]")
{
    CHECK(play_one(at(FaultKind::wrong_schema, 0ms)).lines[0].payload == payload(0, R"("5")"));
    const auto spoofed = play_one(at(FaultKind::spoofed_id, 0ms)).lines[0];
    CHECK(spoofed.payload.find(R"("seq":0,"deviceId":"spoofed-)") != std::string::npos);
    CHECK(spoofed.device == "d00001");
    const auto ahead = play_one(at(FaultKind::future_clock, 0ms));
    CHECK(ahead.lines[0].ts == kStart + 3'600'000);
    CHECK(ahead.lines[0].sent == kStart);
    CHECK(ahead.lines[0].payload.find(std::to_string(kStart + 3'600'000)) != std::string::npos);
    CHECK(ahead.truth == std::vector{truth("future_clock", 0, R"("expected":1767225600000)")});
}

TEST_CASE("faults: order", "[sim]")
{
    using Seqs = std::vector<std::uint64_t>;
    const auto twice = play_one(at(FaultKind::duplicate, 100ms), 4);
    CHECK(twice.seqs() == Seqs{0, 1, 1, 2, 3});
    CHECK(twice.lines[1].fault.empty());
    CHECK(twice.lines[2].fault == "duplicate");
    CHECK(twice.lines[2].payload == twice.lines[1].payload);
    CHECK(play_one(at(FaultKind::out_of_order, 100ms), 5).seqs() == Seqs{0, 2, 1, 3, 4});
    CHECK(play_one(at(FaultKind::out_of_order, 100ms, 200ms), 5).seqs() == Seqs{0, 3, 1, 2, 4});
    auto late = at(FaultKind::late, 100ms);
    late.by = 250ms;
    const auto lines = play_one(late, 7);
    CHECK(lines.seqs() == Seqs{0, 2, 3, 1, 4, 5, 6});
    CHECK(lines.lines[3].ts == kStart + 100);
    CHECK(lines.lines[3].sent == kStart + 350);
    CHECK(lines.lines[3].fault == "late");
    late.by = 300ms; // at the same time as another one
    CHECK(play_one(late, 7).seqs() == Seqs{0, 2, 3, 4, 1, 5, 6});
}

TEST_CASE("faults: what is late comes when the truth says, also behind the end", "[sim]")
{
    using Seqs = std::vector<std::uint64_t>;
    auto late = at(FaultKind::late, 100ms, 200ms);
    late.by = 5s;
    auto spike = at(FaultKind::spike, 200ms);
    spike.size = 1;
    const auto played = play_all({one_metric(1, {late, spike})}, 5);
    CHECK(played.seqs() == Seqs{0, 3, 4, 1, 2});
    CHECK(played.lines[3].sent == kStart + 5'100);
    CHECK(played.lines[4].sent == kStart + 5'200);
    CHECK(played.truth == std::vector{truth("late", 1, R"("expected":1767225605100)"),
                                      truth("spike", 2, R"("metric":"x","said":6,"expected":5)"),
                                      truth("late", 2, R"("expected":1767225605200)")});
}

TEST_CASE("faults: without a plan what is late comes when its time is past, or at the end", "[sim]")
{
    auto late = at(FaultKind::late, 0ms);
    late.by = 250ms;
    auto group = one_metric(1, {late});
    group.arrivals = Constant{};
    const Identity identity{.seed = 5, .boot = 1};
    const auto play = [&](milliseconds tick) {
        FaultInjector script{std::make_unique<FleetScript>(std::vector{group}, identity,
                                                           Casting{{}, {.count = 5}, kStart}),
                             {fault_scope(group, 0)},
                             identity,
                             {},
                             kStart};
        EpochMs wall = kStart;
        for (; script.next_position(); wall += tick.count()) {
            const auto message = script.take(wall);
            if (message && message->fault == "late") {
                CHECK(message->sent == wall);
            }
        }
        return script.truth();
    };
    CHECK(play(100ms) == truth("late", 0, R"("expected":1767225600300)") + "\n");
    CHECK(play(1ms) == truth("late", 0, R"("expected":1767225600005)") + "\n");
}

TEST_CASE("faults: what nothing follows is not out of order", "[sim]")
{
    const auto played = play_one(at(FaultKind::out_of_order, 300ms, 1h), 5);
    CHECK(played.lines.size() == 5);
    CHECK(played.faults() == Names{"", "", "", "", ""});
    CHECK(played.truth.empty());
}

TEST_CASE("faults: what is held back goes out at the end, and never more than so many wait",
          "[sim]")
{
    const auto held = play_one(at(FaultKind::late, 0ms, 1h), 200);
    CHECK(held.lines.size() == 200);
    CHECK(std::count_if(held.lines.begin(), held.lines.end(), [](const Line& line) {
              return line.fault == "late";
          }) == FaultInjector::kMostHeld);
    CHECK(held.lines.back().fault == "late");
}

TEST_CASE("faults: values, with what was measured in the truth", "[sim]")
{
    auto spike = at(FaultKind::spike, 200ms);
    spike.size = -7.25;
    const auto played = play_one(spike, 4);
    CHECK(played.lines[2].payload == payload(2, "-2.3"));
    CHECK(played.lines[2].fault == "spike");
    CHECK(played.lines[3].payload == payload(3, "5"));
    CHECK(played.truth ==
          std::vector{truth("spike", 2, R"("metric":"x","said":-2.3,"expected":5)")});

    auto drift = at(FaultKind::drift, 100ms, 400ms);
    drift.size = 8;
    const auto drifted = play_one(drift, 7);
    CHECK(drifted.lines[1].payload == payload(1, "5"));
    CHECK(drifted.lines[2].payload == payload(2, "7"));
    CHECK(drifted.lines[4].payload == payload(4, "11"));
    CHECK(drifted.lines[5].payload == payload(5, "5"));

    auto shift = at(FaultKind::level_shift, 100ms, 200ms);
    shift.size = 3;
    CHECK(play_one(shift, 4).lines[2].payload == payload(2, "8"));
}

TEST_CASE("faults: a stuck value is the one that it was stuck at", "[sim]")
{
    auto group = one_metric(1, {at(FaultKind::stuck_value, 200ms, 300ms)});
    group.signals = {{"x", {Counter{0, 1'000'000}}, 0}};
    const auto stuck = play_all({group}, 7);
    group.faults.clear();
    const auto sound = play_all({group}, 7);
    const auto value = [](const Line& line) { return line.payload.substr(line.payload.find("x")); };
    CHECK(value(stuck.lines[2]) == value(sound.lines[2]));
    CHECK(value(stuck.lines[3]) == value(sound.lines[2]));
    CHECK(value(stuck.lines[4]) == value(sound.lines[2]));
    CHECK(value(stuck.lines[5]) == value(sound.lines[5])); // the counter went on meanwhile
    CHECK(stuck.truth.size() == 2);                        // the first one said what was measured
    CHECK(stuck.faults() == Names{"", "", "", "stuck_value", "stuck_value", "", ""});
}

TEST_CASE("faults: a silent device leaves a gap, a flooding one fills its seq", "[sim]")
{
    using Seqs = std::vector<std::uint64_t>;
    const auto silent = play_one(at(FaultKind::drop_out, 100ms, 200ms), 5);
    CHECK(silent.seqs() == Seqs{0, 3, 4});
    CHECK(silent.truth.size() == 2);
    auto flood = at(FaultKind::flood, 100ms);
    flood.messages = 3;
    const auto flooded = play_one(flood, 3);
    CHECK(flooded.seqs() == Seqs{0, 1, 2, 3, 4, 5});
    CHECK(flooded.lines[4].ts == flooded.lines[1].ts);
    CHECK(flooded.faults() == Names{"", "", "flood", "flood", "flood", ""});
}

TEST_CASE("faults: the ledger names what decides where a message may arrive", "[sim]")
{
    const auto named = [](const std::vector<FaultRule>& rules) {
        return play_all({one_metric(1, rules)}, 3).faults();
    };
    const auto spike = at(FaultKind::spike, 100ms);
    CHECK(named({spike}) == Names{"", "spike", ""});
    CHECK(named({spike, at(FaultKind::spoofed_id, 100ms)}) == Names{"", "spoofed_id", ""});
    CHECK(named({spike, at(FaultKind::out_of_order, 100ms)}) == Names{"", "", "spike"});
    CHECK(named({spike, at(FaultKind::duplicate, 100ms)}) == Names{"", "spike", "duplicate", ""});
}

TEST_CASE("faults: nothing is told of a message that does not go out", "[sim]")
{
    const auto truth_of = [](const FaultRule& fault, bool heard) {
        const Identity identity{.seed = 5, .boot = 1};
        const auto group = one_metric(1, {fault});
        FaultInjector script{std::make_unique<FleetScript>(std::vector{group}, identity,
                                                           Casting{{}, {.count = 3}, kStart}),
                             {fault_scope(group, 0)},
                             identity,
                             {},
                             kStart};
        while (const auto position = script.next_position()) {
            if (script.take(kStart + *position / 1ms) && !heard) {
                script.not_sent();
            }
        }
        return script.truth();
    };
    for (const auto kind : {FaultKind::bad_json, FaultKind::late, FaultKind::out_of_order,
                            FaultKind::spike, FaultKind::flood, FaultKind::reconnect_storm}) {
        INFO(fault_name(kind));
        FaultRule fault{kind};
        fault.probability = 0.5;
        CHECK_FALSE(truth_of(fault, true).empty());
        CHECK(truth_of(fault, false).empty());
    }
    CHECK_FALSE(truth_of(at(FaultKind::drop_out, 0ms), false).empty()); // it was silent
}

TEST_CASE("faults: a storm by schedule cuts all at its time, whoever speaks", "[sim]")
{
    const auto storm = [](std::optional<milliseconds> length, double share) {
        auto rule = at(FaultKind::reconnect_storm, 250ms, length);
        rule.share = share;
        return play_all({one_metric(40, {rule})}, 400);
    };
    const auto at_once = storm(std::nullopt, 1);
    CHECK(at_once.lines.size() == 400);
    REQUIRE(at_once.cuts.size() == 40);
    for (const auto& cut : at_once.cuts) {
        CHECK(cut == 250ms);
    }
    CHECK(at_once.truth[3] == R"({"kind":"reconnect_storm","deviceId":"d00004","boot":1,)"
                              R"("ts":1767225600250,"expected":"a new connection"})");
    const auto spread = storm(500ms, 0.5);
    CHECK(spread.cuts.size() > 10);
    CHECK(spread.cuts.size() < 30);
    CHECK(spread.cuts.front() < 350ms);
    CHECK(spread.cuts.back() > 600ms);
    CHECK(spread.cuts.back() < 750ms);
    FaultRule rare{FaultKind::reconnect_storm};
    rare.probability = 0.1;
    const auto drawn = play_all({one_metric(10, {rare})}, 1'000);
    const auto hung_up = std::count_if(drawn.lines.begin(), drawn.lines.end(),
                                       [](const Line& line) { return line.hang_up; });
    CHECK(drawn.truth.size() == static_cast<std::size_t>(hung_up));
    CHECK(drawn.truth.size() > 50);
}

TEST_CASE("faults: a probability is that of a message, an episode lasts", "[sim]")
{
    FaultRule fault{FaultKind::bad_json};
    fault.probability = 0.1;
    const auto rare = play_all({one_metric(50, {fault})}, 20'000);
    CHECK(static_cast<double>(rare.truth.size()) == Approx(2'000).margin(150));
    fault.length = 500ms; // five messages each time
    const auto often = play_all({one_metric(50, {fault})}, 20'000);
    CHECK(static_cast<double>(often.truth.size()) == Approx(20'000 * 5 / 14.0).margin(500));
}

TEST_CASE("faults: a share of the devices, the same ones all the time", "[sim]")
{
    auto fault = at(FaultKind::spike, 0ms, 1h);
    fault.share = 0.3;
    const auto played = play_all({one_metric(1'000, {fault})}, 5'000);
    CHECK(played.truth.size() % 5 == 0);
    CHECK(static_cast<double>(played.truth.size()) == Approx(1'500).margin(250));
}

TEST_CASE("faults: of two faults of a message the first kind counts", "[sim]")
{
    const auto played = play_all(
        {one_metric(1, {at(FaultKind::late, 0ms, 1h), at(FaultKind::spoofed_id, 0ms, 1h)})}, 3);
    CHECK(played.lines.size() == 3);
    CHECK(played.lines[0].fault == "spoofed_id");
    CHECK(played.truth.size() == 3);
}

TEST_CASE("faults: all shards together go wrong as the whole does", "[sim]")
{
    const auto everything = [] {
        std::vector<FaultRule> faults;
        for (std::size_t kind = 0; kind < kFaultKinds; ++kind) {
            FaultRule fault{static_cast<FaultKind>(kind)};
            fault.probability = 0.02;
            fault.messages = 2;
            if (kind % 2 == 0) {
                fault.length = 700ms;
            }
            faults.push_back(fault);
        }
        auto other = one_metric(6, {faults[0], faults[6], faults[8]});
        other.ids.prefix = "e";
        other.arrivals = Poisson{150ms};
        return std::vector{one_metric(13, faults), other};
    };
    const auto sorted = [](const std::vector<Played>& parts, auto&& lines_of) {
        std::vector<std::string> all;
        for (const auto& part : parts) {
            const auto lines = lines_of(part);
            all.insert(all.end(), lines.begin(), lines.end());
        }
        std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return a.substr(0, a.find(' ')) < b.substr(0, b.find(' '));
        });
        return all;
    };
    // Per device the messages keep their order: a stable sort by device compares that as well.
    const auto said = [](const Played& played) {
        std::vector<std::string> lines;
        for (const auto& line : played.lines) {
            lines.push_back(line.device + " " + line.payload + line.fault);
        }
        return lines;
    };
    const auto told = [](const Played& played) { return played.truth; };
    std::vector<Played> parts;
    for (std::uint32_t i = 0; i < 4; ++i) {
        parts.push_back(play_all(everything(), 2'000, {i, 4}));
    }
    const std::vector<Played> whole{play_all(everything(), 2'000)};
    CHECK(sorted(whole, said) == sorted(parts, said));
    auto truth_of_whole = sorted(whole, told);
    auto truth_of_parts = sorted(parts, told);
    std::sort(truth_of_whole.begin(), truth_of_whole.end());
    std::sort(truth_of_parts.begin(), truth_of_parts.end());
    CHECK(truth_of_whole == truth_of_parts);
    CHECK(truth_of_whole.size() > 1'000);
}

TEST_CASE("faults: as they are written in options", "[sim]")
{
    for (const auto* text :
         {"spike=0.001", "drop_out=0.5+10s", "reconnect_storm@30s", "late@1m30s+5s", "bad_json@0",
          "late=0.01,by=5m", "drift@1m+10s,devices=0.2,metric=temp_c,size=-4.5",
          "flood@5s,messages=200"}) {
        auto parsed = parse_fault_rule(text);
        REQUIRE(std::holds_alternative<FaultRule>(parsed));
        CHECK(format_fault_rule(std::get<FaultRule>(parsed)) == text);
    }
    for (const auto* bad : {"",
                            "spike",
                            "spoke=0.1",
                            "spike=",
                            "spike=1.1",
                            "spike=-0.1",
                            "spike=0.1+",
                            "spike=0.1+x",
                            "spike@",
                            "spike@noon",
                            "spike@5s+0s",
                            "spike=0.1,",
                            "spike=0.1,size",
                            "spike=0.1,size=x",
                            "spike=0.1,by=5s",
                            "late=0.1,metric=temp_c",
                            "flood=0.1,messages=0",
                            "late=0.1,by=0s",
                            "stuck_value=0.1,size=3",
                            "spike=0.1,devices=2"}) {
        INFO(bad);
        CHECK(std::holds_alternative<std::string>(parse_fault_rule(bad)));
    }
}
