// SPDX-License-Identifier: Apache-2.0
// What the validation stage costs a message beyond parsing and schema, by what is asked for and
// by how many devices there are, each as often as the others and in random order. CPU time, and
// the best of three rounds, because other programs share the machine.
#include "common/base/units.hpp"
#include "common/validation/stage.hpp"

#include <simdjson.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tlm;
using namespace tlm::validation;

constexpr EpochMs kStart = 1'767'225'600'000;

constexpr std::string_view kPayload =
    R"({"ts":1767225600123,"boot":7,"seq":42,"type":"pump","fw":"2.4.1","status":"ok",)"
    R"("temp_c":21.5,"temp_f":70.7,"rpm":1480,"flow":3.25,"vibration":0.017,"supply_mv":3300})";

constexpr std::string_view kPlausible = R"({"values":{
    "/temp_c":{"min":-40,"max":125,"step_per_s":1000},"/rpm":{"min":0,"max":3000},
    "/flow":{"max":10,"step_per_s":1000},"/vibration":{"max":1}}})";

constexpr std::string_view kCoercing =
    R"({"values":{"/temp_f":{"unit":"F to C","rename":"temp"},"/supply_mv":{"unit":"mV to V"}}})";

struct Fleet {
    std::vector<std::string> ids;
    std::vector<std::uint32_t> order;
};

Fleet make_fleet(std::size_t devices)
{
    constexpr std::size_t kMessages = 2'000'000;
    Fleet fleet;
    for (std::size_t i = 0; i < devices; ++i) {
        fleet.ids.push_back("pump-" + std::to_string(i));
    }
    std::mt19937 random(1);
    for (std::size_t i = 0; i < kMessages; ++i) {
        fleet.order.push_back(static_cast<std::uint32_t>(random() % devices));
    }
    return fleet;
}

std::shared_ptr<const Registry> make_registry(const Fleet& fleet)
{
    std::string csv = "deviceId,site,model\n";
    for (const auto& id : fleet.ids) {
        csv += id + ",A,x1\n";
    }
    return Registry::parse(csv, "registry");
}

double cpu_ns()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Nanoseconds a message.
double measure(const Fleet& fleet, Stage& stage)
{
    simdjson::dom::parser parser;
    const simdjson::dom::element data = parser.parse(kPayload.data(), kPayload.size());
    std::vector<std::int64_t> seqs(fleet.ids.size());
    Record record;
    record.data = kPayload;
    record.boot = 7;
    const auto judge = [&](std::uint32_t device, EpochMs now) {
        record.device_id = fleet.ids[device];
        record.seq = seqs[device]++;
        record.ts = now - 20;
        record.received_at = now;
        return stage.judge(record, {.data = data}).fate == Fate::go_on;
    };
    for (std::uint32_t i = 0; i < fleet.ids.size();
         ++i) { // every device is known, as in a steady run
        static_cast<void>(judge(i, kStart));
    }
    std::uint64_t bad = 0;
    EpochMs now = kStart + 1'000;
    double best = 0;
    for (int round = 0; round < 3; ++round) {
        const double begun = cpu_ns();
        for (std::size_t i = 0; i < fleet.order.size(); ++i) {
            now += i % 100 == 0 ? 1 : 0;
            bad += judge(fleet.order[i], now) ? 0U : 1U;
        }
        const double took = cpu_ns() - begun;
        best = round == 0 ? took : std::min(best, took);
    }
    if (bad > 0) {
        std::printf("%llu messages were rejected\n", static_cast<unsigned long long>(bad));
    }
    return best / static_cast<double>(fleet.order.size());
}

struct Case {
    const char* name;
    std::function<std::unique_ptr<Stage>()> make;
};

std::vector<Case> make_cases(const std::shared_ptr<const Registry>& registry)
{
    const auto limit = parse_rate("1000/s,burst=100000");
    const StageSettings memory{.limit = limit,
                               .sequence = true,
                               .skew = true,
                               .ts = {std::chrono::hours{24}, std::chrono::minutes{5}}};
    const auto stage = [](const StageSettings& settings) {
        return std::make_unique<Stage>(settings);
    };
    const auto with_rules = [stage](const StageSettings& settings, std::string_view rules) {
        auto made = stage(settings);
        SchemaSet set;
        set.otherwise_rules = parse_rules(rules, "rules");
        made->use_schemas(std::move(set));
        return made;
    };
    return {
        {"nothing", [=] { return stage({}); }},
        {"rate limit", [=] { return stage({.limit = limit}); }},
        {"sequence", [=] { return stage({.sequence = true}); }},
        {"rate limit, sequence, skew, ts", [=] { return stage(memory); }},
        {"registry",
         [=] {
             auto made = stage({});
             made->use_registry(registry);
             return made;
         }},
        {"plausibility, 4 values", [=] { return with_rules({}, kPlausible); }},
        {"coercion, 2 values", [=] { return with_rules({}, kCoercing); }},
        {"all but coercion",
         [=] {
             auto made = with_rules(memory, kPlausible);
             made->use_registry(registry);
             return made;
         }},
    };
}

void run(std::size_t devices)
{
    const Fleet fleet = make_fleet(devices);
    for (const auto& [name, make] : make_cases(make_registry(fleet))) {
        const auto stage = make();
        std::printf("%9zu devices  %-32s %7.1f ns a message\n", devices, name,
                    measure(fleet, *stage));
        std::fflush(stdout);
    }
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc > 2) {
        std::fputs("usage: bench_validation_stage [DEVICES]\n", stderr);
        return 2;
    }
    if (argc == 2) {
        run(tlm::parse_unsigned(argv[1]).value());
    } else {
        run(1'000);
        run(1'000'000);
    }
    return 0;

} catch (const std::exception& error) {
    std::fprintf(stderr, "bench_validation_stage: %s\n", error.what());
    return 1;
}
