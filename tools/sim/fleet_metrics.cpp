// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fleet_metrics.hpp"

#include "tools/sim/recording.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

namespace tlm::sim {
namespace {

constexpr double kAny = 1e15; // beyond it a double holds no thousandth

double number_or(SettingMap& map, std::string_view name, double otherwise)
{
    const auto* const setting = map.find(name);
    return setting != nullptr ? setting->number(-kAny, kAny) : otherwise;
}

double not_negative_or(SettingMap& map, std::string_view name, double otherwise)
{
    const auto number = number_or(map, name, otherwise);
    if (number < 0) {
        throw map.at(name).wrong("a number that is not negative is wanted");
    }
    return number;
}

milliseconds duration_or(SettingMap& map, std::string_view name, milliseconds otherwise)
{
    const auto* const setting = map.find(name);
    return setting != nullptr ? setting->duration() : otherwise;
}

std::uint64_t hold_of(SettingMap& map)
{
    constexpr std::uint64_t kLongest = 1'000'000'000;
    const auto* const setting = map.find("hold");
    return setting != nullptr ? setting->count(1, kLongest) : Step{}.hold;
}

Model read_sine(SettingMap& map)
{
    return Sine{number_or(map, "mean", 0), number_or(map, "amplitude", 1),
                duration_or(map, "period", std::chrono::minutes{1}),
                not_negative_or(map, "spread", 1)};
}

Model read_walk(SettingMap& map)
{
    Walk walk;
    walk.low = number_or(map, "low", walk.low);
    walk.high = number_or(map, "high", walk.high);
    if (walk.low >= walk.high) {
        throw map.whole().wrong("low is not below high");
    }
    walk.start = number_or(map, "start", (walk.low + walk.high) / 2);
    if (walk.start < walk.low || walk.start > walk.high) {
        throw map.at("start").wrong("the walk starts outside of low and high");
    }
    walk.step = not_negative_or(map, "step", (walk.high - walk.low) / 100);
    return walk;
}

Model read_ar1(SettingMap& map)
{
    constexpr double kMost = 0.999999;
    Ar1 ar1{number_or(map, "mean", 0), not_negative_or(map, "deviation", 1)};
    if (const auto* const memory = map.find("memory")) {
        ar1.memory = memory->number(0, kMost);
    }
    return ar1;
}

Model read_counter(SettingMap& map)
{
    Counter counter;
    counter.first = number_or(map, "first", 0);
    if (std::trunc(counter.first) != counter.first) {
        throw map.at("first").wrong("a whole number is wanted");
    }
    if (const auto* const most = map.find("most")) {
        counter.most = static_cast<unsigned>(most->count(1, 1'000'000'000));
    }
    return counter;
}

Model read_step(SettingMap& map)
{
    return Step{map.at("levels").numbers(), hold_of(map)};
}

Model read_seasonal(SettingMap& map)
{
    Seasonal seasonal{map.at("day").numbers()};
    if (const auto* const week = map.find("week")) {
        const auto factors = week->numbers();
        if (factors.size() != seasonal.week.size()) {
            throw week->wrong("seven factors are wanted, from Monday on");
        }
        std::copy(factors.begin(), factors.end(), seasonal.week.begin());
    }
    return seasonal;
}

using Reader = Model (*)(SettingMap&);

/// The models that a metric can be the sum of, each once or as a list.
constexpr std::array kReaders{
    std::pair<std::string_view, Reader>{"sine", read_sine},
    std::pair<std::string_view, Reader>{"walk", read_walk},
    std::pair<std::string_view, Reader>{"ar1", read_ar1},
    std::pair<std::string_view, Reader>{"counter", read_counter},
    std::pair<std::string_view, Reader>{"step", read_step},
    std::pair<std::string_view, Reader>{"seasonal", read_seasonal},
};

/// A weight of n stands for n equal levels.
void read_weighted(const Setting& setting, std::vector<double>& levels,
                   std::vector<std::string>& labels)
{
    constexpr std::uint64_t kHeaviest = 1'000;
    const auto add = [&](const Setting& where, const std::string& label, std::uint64_t weight) {
        const bool plain = std::none_of(label.begin(), label.end(), [](char c) {
            return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' ';
        });
        if (!plain) {
            throw where.wrong("no quotes, backslashes or control characters");
        }
        levels.insert(levels.end(), weight, static_cast<double>(labels.size()));
        labels.push_back(label);
    };
    if (setting.is_map()) {
        for (const auto& [label, weight] : setting.members()) {
            add(weight, label, weight.count(1, kHeaviest));
        }
        return;
    }
    for (const auto& item : setting.one_or_more()) {
        add(item, item.text(), 1);
    }
}

void read_enum(const Setting& setting, SettingMap& map, Signal& signal)
{
    Step step;
    step.hold = hold_of(map);
    read_weighted(setting, step.levels, signal.labels);
    signal.decimals = 0;
    signal.parts.emplace_back(std::move(step));
}

void read_follow(const Setting& setting, const std::vector<Signal>& before, Signal& signal)
{
    for (const auto& [name, gain] : setting.members()) {
        const auto found =
            std::find_if(before.begin(), before.end(),
                         [&name = name](const Signal& each) { return each.name == name; });
        if (found == before.end()) {
            throw gain.wrong("no metric of this name stands before");
        }
        signal.parts.emplace_back(
            Follow{static_cast<std::size_t>(found - before.begin()), gain.number(-kAny, kAny)});
    }
}

/// The two signals of a route.
void read_route(const Setting& setting, Signal signal, std::vector<Signal>& signals)
{
    constexpr int kMetre = 5; // decimals of a degree
    SettingMap map{setting};
    std::vector<Track::Place> places;
    for (const auto& item : map.at("places").items()) {
        const auto pair = item.items();
        if (pair.size() != 2) {
            throw item.wrong("latitude and longitude are wanted");
        }
        places.push_back({pair[0].number(-90, 90), pair[1].number(-180, 180)});
    }
    if (places.size() < 2) {
        throw map.at("places").wrong("at least two places are wanted");
    }
    Route route{std::make_shared<const Track>(std::move(places)), map.at("lap").duration(), false};
    map.finish();
    const auto name = signal.name;
    signal.decimals = kMetre;
    signal.name = name + "_lat";
    signal.parts = {route};
    signals.push_back(signal);
    route.longitude = true;
    signal.name = name + "_lon";
    signal.parts = {route};
    signal.twin = true;
    signals.push_back(std::move(signal));
}

void read_parts(SettingMap& map, const std::vector<Signal>& before, Signal& signal)
{
    for (const auto& [name, reader] : kReaders) {
        if (const auto* const setting = map.find(name)) {
            for (const auto& one : setting->one_or_more()) {
                SettingMap part{one};
                signal.parts.push_back(reader(part));
                part.finish();
            }
        }
    }
    if (const auto* const constant = map.find("constant")) {
        signal.parts.emplace_back(Fixed{{constant->number(-kAny, kAny)}});
    }
    if (const auto* const follow = map.find("follow")) {
        read_follow(*follow, before, signal);
    }
}

void read_metric(const Setting& setting, Signal signal, std::vector<Signal>& signals)
{
    constexpr std::uint64_t kMostDecimals = 9;
    if (!setting.is_map()) {
        signal.parts.emplace_back(Fixed{{setting.number(-kAny, kAny)}});
        signal.decimals = kMostDecimals;
        signals.push_back(std::move(signal));
        return;
    }
    SettingMap map{setting};
    if (const auto* const hidden = map.find("hidden")) {
        signal.hidden = hidden->flag();
    }
    if (const auto* const common = map.find("common")) {
        signal.common = common->flag();
    }
    if (const auto* const route = map.find("route")) {
        read_route(*route, std::move(signal), signals);
        map.finish();
        return;
    }
    if (const auto* const choices = map.find("enum")) {
        read_enum(*choices, map, signal);
    } else {
        read_parts(map, signals, signal);
        if (const auto* const decimals = map.find("decimals")) {
            signal.decimals = static_cast<int>(decimals->count(0, kMostDecimals));
        }
    }
    map.finish();
    if (signal.parts.empty()) {
        throw setting.wrong("no model: sine, walk, ar1, counter, step, seasonal, constant, "
                            "follow, enum or route");
    }
    signals.push_back(std::move(signal));
}

/// A signal of this name that can be added to `signals`.
Signal named(const std::string& name, const Setting& setting, const std::vector<Signal>& signals)
{
    const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_';
    });
    if (!good) {
        throw setting.wrong("a metric's name has letters, digits and _ only");
    }
    const bool known = std::any_of(signals.begin(), signals.end(),
                                   [&name](const Signal& each) { return each.name == name; });
    if (known || is_reserved_member(name) || name == "pad") {
        throw setting.wrong("this name is taken");
    }
    Signal signal;
    signal.name = name;
    return signal;
}

} // namespace

void read_metrics(const Setting& setting, std::vector<Signal>& signals)
{
    for (const auto& [name, metric] : setting.members()) {
        read_metric(metric, named(name, metric, signals), signals);
    }
}

void read_tags(const Setting& setting, std::vector<Signal>& signals)
{
    for (const auto& [name, tag] : setting.members()) {
        auto signal = named(name, tag, signals);
        Fixed fixed;
        read_weighted(tag, fixed.levels, signal.labels);
        signal.parts.emplace_back(std::move(fixed));
        signal.decimals = 0;
        signals.push_back(std::move(signal));
    }
}

} // namespace tlm::sim
