// SPDX-License-Identifier: Apache-2.0
#include "common/base/error.hpp"
#include "common/formats/protobuf.hpp"
#include "common/formats/sparkplug.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/formats/descriptors.hpp"
#include "tools/sim/fleet_file.hpp"
#include "tools/sim/fleet_script.hpp"

#include <set>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

std::string no_file(const std::string& path)
{
    throw usage_error("no file " + path);
}

std::vector<Group> parse(std::string_view text, const ReadFile& read = no_file)
{
    return parse_fleet(text, "f.yml", read, 0);
}

std::string error_of(std::string_view text)
{
    try {
        (void)parse(text);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        return error.what();
    }
    return "no error";
}

std::string first_payload(std::vector<Group> groups)
{
    FleetScript script{std::move(groups), {.seed = 1, .boot = 7}, {}};
    return std::string{script.take(1'767'225'600'000).payload};
}

/// A group with the metric or other lines given.
std::string with(const std::string& lines)
{
    return "groups:\n  p:\n    devices: 2\n    arrivals: {constant: 1s}\n" + lines;
}

} // namespace

TEST_CASE("fleet file: everything a group may say", "[sim]")
{
    const auto groups = parse(R"(
groups:
  pumps:
    devices: 3
    ids: "P-{n:2}"
    topic: plant/{deviceId}/up
    arrivals: {jittered: 10s, jitter: 20%}
    tags:
      site: A
      firmware: {1.2.0: 9, 1.3.0: 1}
    metrics:
      load: {hidden: true, common: true, ar1: {mean: 50, deviation: 5, memory: 0.9}}
      temp_c: {sine: [{mean: 20, period: 24h}, {amplitude: 2, period: 168h}], follow: {load: 0.1}}
      level: {walk: {low: 0, high: 3}, decimals: 3}
      starts: {counter: {most: 2}, decimals: 0}
      duty: {seasonal: {day: [0, 10, 5], week: [1, 1, 1, 1, 1, 0.5, 0]}}
      speed: {step: {levels: [1480, 2900], hold: 5}}
      state: {enum: {idle: 3, running: 7}, hold: 20}
      position: {route: {places: [[52.5, 13.4], [52.6, 13.5]], lap: 20m}}
      gain: 2.5
    faults:
      - {kind: spike, probability: 1%, metric: temp_c, size: 30}
      - {kind: drop_out, at: 30s, for: 10s, devices: 50%}
  valves:
    devices: 2
    arrivals: {cron: "*/5 * * * *", jitter: 2s}
)");
    REQUIRE(groups.size() == 2);
    const auto& pumps = groups[0];
    CHECK(pumps.ids.name(0, 3) == "P-01");
    CHECK(pumps.topic->topic("x") == "plant/x/up");
    CHECK(std::get<Jittered>(pumps.arrivals).jitter == 0.2);
    CHECK(pumps.signals.size() == 12);
    CHECK(pumps.signals.back().decimals == 9);
    REQUIRE(pumps.faults.size() == 2);
    CHECK(pumps.faults[0].probability == 0.01);
    CHECK(pumps.faults[1].share == 0.5);
    CHECK(groups[1].ids.name(1, 2) == "valves-00002");
    CHECK(groups[1].signals.size() == default_signals().size());
    const auto text = first_payload({pumps});
    CHECK(text.starts_with(R"({"ts":1767225600000,"boot":7,"seq":0,"site":"A","firmware":"1.)"));
    CHECK(text.find("load") == std::string::npos);
    CHECK(text.ends_with(R"("gain":2.5})"));
}

TEST_CASE("fleet file: a mix of tags is drawn once a device, by weight", "[sim]")
{
    FleetScript script{parse("groups:\n  p:\n    devices: 1000\n    arrivals: {constant: 1s}\n"
                             "    tags: {fw: {a: 9, b: 1}}\n    metrics: {m: 1}\n"),
                       {.seed = 1},
                       {.extent = {.count = 3'000}}};
    std::set<std::uint32_t> with_b;
    std::size_t said_b = 0;
    while (script.next_position()) {
        const auto message = script.take(0);
        if (message.payload.find(R"("fw":"b")") != std::string::npos) {
            with_b.insert(message.device);
            ++said_b;
        }
    }
    CHECK(said_b == 3 * with_b.size());
    CHECK(with_b.size() > 60);
    CHECK(with_b.size() < 140);
}

TEST_CASE("fleet file: payloads by template, from the file or beside it", "[sim]")
{
    const auto metric = std::string{"    metrics: {a: 1.5}\n"};
    CHECK(first_payload(parse(with(metric + "    payload: {template: '{\"v\":{{a}}}'}\n"))) ==
          R"({"v":1.5})");
    const auto read = [](const std::string& path) { return path + ":{{a}}"; };
    CHECK(first_payload(parse(with(metric + "    payload: {template_file: x.txt}\n"), read)) ==
          "x.txt:1.5");
    CHECK(first_payload(parse(with(metric + "    payload: {size: 80}\n"))).size() == 80);
    const auto trace = [](const std::string&) { return std::string{"0\n5\n"}; };
    const auto traced = parse("groups:\n  p:\n    devices: 1\n    arrivals: {trace: t}\n", trace);
    CHECK(std::get<Trace>(traced[0].arrivals).times->back() == 5s);
}

TEST_CASE("fleet file: Sparkplug B, as its decoder reads it, and births out of turn", "[sim]")
{
    FleetScript script{parse("groups:\n  press:\n    devices: 2\n    arrivals: {constant: 1s}\n"
                             "    tags: {fw: '1.2'}\n    metrics: {rpm: {step: {levels: [1480]}, "
                             "decimals: 0}, t: {step: {levels: [1.5]}}}\n"
                             "    payload: {sparkplug: Plant1}\n"),
                       {.seed = 1, .boot = 7},
                       {}};
    formats::SparkplugDecoder decoder;
    std::string out;
    const auto read = [&](const Message& message) {
        CHECK(message.device_id == "Plant1::press-0000" + std::to_string(message.device + 1));
        out.clear();
        const auto verdict = decoder.decode(message.topic, message.payload, 0, out);
        REQUIRE(std::holds_alternative<formats::SparkplugMessage>(verdict));
        CHECK_FALSE(std::get<formats::SparkplugMessage>(verdict).gap);
        CHECK(std::get<formats::SparkplugMessage>(verdict).device_id == message.device_id);
        return out;
    };
    const auto say = [&] { return read(script.take(1'767'225'600'000)); };
    const std::string birth = R"({"ts":1767225600000,"sparkplug":"NBIRTH","bdSeq":0,)"
                              R"("Node Control/Rebirth":false,"fw":"1.2","rpm":1480,"t":1.5})";
    const std::string data = R"({"ts":1767225600000,"sparkplug":"NDATA","rpm":1480,"t":1.5})";
    CHECK_FALSE(script.introduce({0, 0, 0}, 5)); // its first reading does
    CHECK(say() == birth);
    CHECK(say() == birth);
    CHECK(say() == data);
    const auto newcomer = script.introduce({0, 9, 0}, 1'767'225'600'500);
    REQUIRE(newcomer);
    CHECK(newcomer->seq == 1); // whose values it repeats
    CHECK(newcomer->ts == 1'767'225'600'500);
    CHECK(read(*newcomer) == R"({"ts":1767225600500,"sparkplug":"NBIRTH","bdSeq":9,)"
                             R"("Node Control/Rebirth":false,"fw":"1.2","rpm":1480,"t":1.5})");
    CHECK(say() == data); // the other device
    CHECK(say() == data); // its seq is the next one, else there would be a gap
    (void)script.take(1'767'225'600'000, {.silent = true});
    (void)script.take(1'767'225'600'000, {.silent = true});
    CHECK(say() == data); // silence leaves none
}

TEST_CASE("fleet file: a Sparkplug device behind its node", "[sim]")
{
    FleetScript script{parse("groups:\n  press:\n    devices: 1\n    arrivals: {constant: 1s}\n"
                             "    metrics: {t: {step: {levels: [1.5]}}}\n"
                             "    payload: {sparkplug: Plant1, device: main}\n"),
                       {.seed = 1},
                       {}};
    formats::SparkplugDecoder decoder;
    const auto read = [&](const Message& message) {
        std::string out;
        CHECK(message.device_id == "Plant1::press-00001::main");
        const auto verdict = decoder.decode(message.topic, message.payload, 0, out);
        REQUIRE(std::holds_alternative<formats::SparkplugMessage>(verdict));
        CHECK_FALSE(std::get<formats::SparkplugMessage>(verdict).gap);
        CHECK_FALSE(decoder.take_rebirth());
        return out;
    };
    const std::string node =
        R"({"ts":5,"sparkplug":"NBIRTH","bdSeq":3,"Node Control/Rebirth":false})";
    const auto first = script.introduce({0, 3, 0}, 5);
    REQUIRE(first);
    CHECK(first->topic == "spBv1.0/Plant1/NBIRTH/press-00001");
    CHECK(read(*first) == node);
    CHECK_FALSE(script.introduce({0, 3, 1}, 5)); // its first reading does
    const auto birth = script.take(6);
    CHECK(birth.topic == "spBv1.0/Plant1/DBIRTH/press-00001/main");
    CHECK(read(birth) == R"({"ts":6,"sparkplug":"DBIRTH","t":1.5})");
    CHECK(read(script.take(7)) == R"({"ts":7,"sparkplug":"DDATA","t":1.5})");
    CHECK(read(*script.introduce({0, 3, 0}, 5)) == node);
    CHECK(read(*script.introduce({0, 3, 1}, 8)) == R"({"ts":8,"sparkplug":"DBIRTH","t":1.5})");
    CHECK_FALSE(script.introduce({0, 3, 2}, 8));
    const auto death = script.take(9, {.silent = true});
    CHECK(death.of_silence);
    CHECK(read(death) == R"({"ts":9,"sparkplug":"DDEATH"})");
    CHECK_FALSE(script.take(10, {.silent = true}).of_silence);
    CHECK(read(*script.introduce({0, 3, 0}, 5)) == node);
    CHECK_FALSE(script.introduce({0, 3, 1}, 8)); // not while it is away
    CHECK(read(script.take(11)) == R"({"ts":11,"sparkplug":"DBIRTH","t":1.5})");
}

TEST_CASE("fleet file: Protobuf, as its decoder reads it", "[sim]")
{
    const auto descriptors = test::descriptor_set(
        "syntax = \"proto3\"; package t; message M { enum S { OFF = 0; ON = 1; } int64 ts = 1; "
        "uint64 seq = 2; string device_id = 3; float temp_c = 4; S state = 5; }");
    const auto groups = [&](const std::string& metrics) {
        return parse(with("    metrics: {" + metrics +
                          "}\n    payload: {protobuf: m.desc, "
                          "message: t.M}\n"),
                     [&](const std::string&) { return std::string{descriptors}; });
    };
    const formats::ProtobufSchema schema{descriptors};
    formats::ProtobufDecoder decoder;
    std::string json;
    const auto payload = first_payload(groups("temp_c: 21.5, state: {enum: ['ON']}"));
    REQUIRE(std::holds_alternative<formats::Decoded>(
        decoder.decode(schema.type("t.M"), payload, json)));
    CHECK(json == R"({"ts":1767225600000,"seq":0,"deviceId":"p-00001","tempC":21.5,"state":"ON"})");
    CHECK_THROWS_WITH(
        groups("humidity: 1"),
        "f.yml:6: groups.p.payload.message: m.desc: the message has no field for humidity");
    CHECK_THROWS_WITH(groups("temp_c: 21.5, state: {enum: [ON, STANDBY]}"),
                      "f.yml:6: groups.p.payload.message: m.desc: the enum of the field state has "
                      "no value STANDBY");
}

TEST_CASE("fleet file: an error names file, line, place and what is wanted", "[sim]")
{
    CHECK(error_of("groups: [") == "f.yml:1: not YAML: end of sequence flow not found");
    CHECK(error_of("") == "f.yml:1: members are wanted, each as name: value");
    CHECK(error_of("groups: {}") == "f.yml:1: groups: 1 to 1000 groups are wanted, with 10000000 "
                                    "devices at most");
    CHECK(error_of("groups:\n  p:\n    devices: 0\n") ==
          "f.yml:3: groups.p.devices: a whole number from 1 to 10000000 is wanted");
    CHECK(error_of("groups:\n  p:\n    devices: 1\n") ==
          "f.yml:3: groups.p: the member arrivals is missing");
    CHECK(error_of(with("    metrics:\n      t: {sine: {mean: warm}}\n")) ==
          "f.yml:6: groups.p.metrics.t.sine.mean: a number is wanted");
    CHECK(error_of(with("    metrics:\n      t: {sin: {mean: 1}}\n")) ==
          "f.yml:6: groups.p.metrics.t.sin: there is no such member");
    CHECK(error_of(with("    metrics:\n      t:\n        sine: [{}, {amp: 3}]\n")) ==
          "f.yml:7: groups.p.metrics.t.sine.2.amp: there is no such member");
    CHECK(error_of(with("    colour: red\n")) ==
          "f.yml:5: groups.p.colour: there is no such member");
    CHECK(error_of(with("    devices: 3\n")) == "f.yml:5: groups.p.devices: stands twice");
}

TEST_CASE("fleet file: what does not go together", "[sim]")
{
    const auto has = [](const std::string& lines, const std::string& what) {
        INFO(lines);
        CHECK(error_of(with(lines)).find(what) != std::string::npos);
    };
    has("    ids: pump\n", "groups.p.ids: ids have {n} once");
    has("    topic: a/b\n", "groups.p.topic: ");
    has("    topic: a/+/{deviceId}\n", "f.yml:5: groups.p.topic: a topic has no wildcards");
    has("    metrics: {ts: 1}\n", "metrics.ts: this name is taken");
    has("    metrics: {a-b: 1}\n", "letters, digits and _ only");
    has("    metrics: {a: {}}\n", "no model");
    has("    metrics: {a: {follow: {b: 1}}}\n", "no metric of this name stands before");
    has("    metrics: {a: {walk: {low: 1, high: 1}}}\n", "low is not below high");
    has("    metrics: {a: {route: {places: [[1, 2]], lap: 1m}}}\n", "at least two places");
    has("    metrics: {a: {enum: ['x\"']}}\n", "no quotes");
    has("    tags: {a: {x: 0}}\n", "tags.a.x: a whole number from 1 to 1000");
    has("    payload: {template: '{{b}}'}\n", "{{b}} is no metric");
    has("    payload: {template_file: x}\n", "no file x");
    has("    faults: [{kind: spike}]\n", "either a probability or a time");
    has("    faults: [{kind: spoke, at: 1s}]\n", "faults.1.kind: there is no such fault");
    has("    faults: [{kind: spike, at: 1s, metric: z}]\n", "z is no metric of this group");
    has("    faults: [{kind: spike, at: 1s, by: 5s}]\n",
        "faults.1.by: what spike takes besides is devices, metric, size");
    has("    faults: [{kind: late, at: 1s, messages: 5}]\n",
        "faults.1.messages: what late takes besides is devices, by");
    has("    faults: [{kind: drop_out, at: 1s, metric: temp_c}]\n",
        "faults.1.metric: what drop_out takes besides is devices");
    has("    faults: [{kind: stuck_value, at: 1s, size: 5}]\n", "faults.1.size: what stuck_value");
    has("    faults: []\n", "groups.p.faults: the list is empty");
    has("    metrics: {a: {enum: []}}\n", "a.enum: the list is empty");
    has("    metrics: {a: {walk: {low: 1, high: 2, start: 3}}}\n",
        "f.yml:5: groups.p.metrics.a.walk.start: the walk starts outside of low and high");
    has("    metrics: {a: {walk: {step: -1}}}\n", "walk.step: a number that is not negative");
    has("    metrics: {a: {ar1: {deviation: -1}}}\n", "ar1.deviation: a number that is not");
    has("    metrics: {a: {sine: {spread: -1}}}\n", "sine.spread: a number that is not negative");
    has("    metrics: {a: {counter: {first: 1.5}}}\n", "counter.first: a whole number is wanted");
    has("    metrics: {a: {enum: [x]}}\n    faults: [{kind: spike, at: 1s}]\n",
        "no metric of this group is a number");
    has("    metrics: {a: {enum: [x]}}\n    faults: [{kind: wrong_schema, at: 1s}]\n",
        "cannot have this fault");
    has("    payload: {template: '{{ts}}'}\n    faults: [{kind: wrong_schema, at: 1s}]\n",
        "cannot have this fault");
    has("    payload: {template: x}\n    faults: [{kind: spoofed_id, at: 1s}]\n",
        "cannot have this fault");
    const auto arrivals = [](const std::string& text) {
        return error_of("groups:\n  p:\n    devices: 1\n    arrivals: {" + text + "}\n");
    };
    CHECK(arrivals("") == "f.yml:4: groups.p.arrivals: one of constant, poisson, jittered, burst, "
                          "cron, trace is wanted");
    CHECK(arrivals("poisson: 0s") ==
          "f.yml:4: groups.p.arrivals.poisson: a duration such as 5s is wanted");
    CHECK(arrivals("burst: 1s, size: 3, spacing: 500ms") ==
          "f.yml:4: groups.p.arrivals.spacing: the burst is longer than the interval");
    CHECK(arrivals("cron: never").starts_with("f.yml:4: groups.p.arrivals.cron: the minute"));
    CHECK(arrivals("cron: '* * * * *', jitter: 1m").find("less than a minute") !=
          std::string::npos);
    CHECK(error_of("groups:\n  a: {devices: 1, ids: 'x-{n}', arrivals: {poisson: 1s}}\n"
                   "  b: {devices: 1, ids: 'x-{n}', arrivals: {poisson: 1s}}\n") ==
          "f.yml:3: groups.b: the id x-00001 is also one of the group a");
}

TEST_CASE("fleet file: no device is in two groups", "[sim]")
{
    const auto two = [](const std::string& a, const std::string& b) {
        return error_of("groups:\n  g:\n    {" + a + ", arrivals: {poisson: 1s}}\n  h:\n    {" + b +
                        ", arrivals: {poisson: 1s}}\n");
    };
    CHECK(two("devices: 2, ids: 'a1{n:1}'", "devices: 20, ids: 'a{n:1}'") ==
          "f.yml:5: groups.h: the id a11 is also one of the group g");
    CHECK(two("devices: 2, ids: 'a1{n:1}'", "devices: 9, ids: 'a{n:1}'") == "no error");
    const auto behind = [](const std::string& device, const std::string& ids) {
        return "devices: 2, ids: '" + ids + "', payload: {sparkplug: G, device: " + device + "}";
    };
    CHECK(two(behind("x", "n{n}"), behind("y", "n{n}")) ==
          "f.yml:5: groups.h: the id G::n00001 is also one of the group g");
    CHECK(two(behind("x", "n{n}"), behind("x", "m{n}")) == "no error");
    CHECK(two(behind("x", "n{n}"), "devices: 1, ids: 'G::n{n}::x'") ==
          "f.yml:5: groups.h: the id G::n00001::x is also one of the group g");
}
