// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/signal.hpp"

#include "tools/sim/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace tlm::sim {
namespace {

/// A counter that no seq reaches: for what is drawn once a device.
constexpr std::uint64_t kOnce = ~std::uint64_t{0};

struct Player {
    std::uint64_t key;
    std::uint64_t seq;
    EpochMs ts;
    double& state;
    std::span<const double> before;

    double operator()(const Sine& model) const
    {
        const auto period = model.period.count();
        const auto within = ((ts % period) + period) % period;
        const double turn = static_cast<double>(within) / static_cast<double>(period);
        const double phase = uniform(key, kOnce) * model.spread;
        return model.mean + model.amplitude * std::sin(2 * std::numbers::pi * (turn + phase));
    }

    double operator()(const Walk& model) const
    {
        if (seq == 0) {
            state = model.start;
            return state;
        }
        double next = state + model.step * normal(key, seq);
        next = next > model.high ? 2 * model.high - next : next;
        next = next < model.low ? 2 * model.low - next : next;
        state = next > model.high ? model.high : next; // a step beyond both borders
        return state;
    }

    double operator()(const Ar1& model) const
    {
        // The first value has the deviation of all: the series has no run-in.
        const double fresh = model.deviation * normal(key, seq);
        const double weight = std::sqrt(1 - model.memory * model.memory);
        state = seq == 0 ? fresh : model.memory * state + weight * fresh;
        return model.mean + state;
    }

    double operator()(const Counter& model) const
    {
        const double grown = std::floor(uniform(key, seq) * (model.most + 1.0));
        state = seq == 0 ? model.first : state + grown;
        return state;
    }

    double operator()(const Step& model) const
    {
        const auto offset = derive(key, kOnce) % model.hold; // devices do not switch in step
        const auto drawn = derive(key, (seq + offset) / model.hold);
        return model.levels[drawn % model.levels.size()];
    }

    double operator()(const Fixed& model) const
    {
        return model.levels[derive(key, kOnce) % model.levels.size()];
    }

    double operator()(const Seasonal& model) const
    {
        constexpr EpochMs kDay = 86'400'000;
        constexpr EpochMs kFirstMonday = 4; // days after 1970-01-01, a Thursday
        const EpochMs within = ((ts % kDay) + kDay) % kDay;
        const EpochMs weekday = ((((ts - within) / kDay - kFirstMonday) % 7) + 7) % 7;
        const auto points = model.profile.size();
        const double at =
            static_cast<double>(within) * static_cast<double>(points) / static_cast<double>(kDay);
        const auto left = static_cast<std::size_t>(at);
        const double from = model.profile[left];
        const double to = model.profile[(left + 1) % points];
        const double value = from + (to - from) * (at - static_cast<double>(left));
        return value * model.week.at(static_cast<std::size_t>(weekday));
    }

    double operator()(const Route& model) const
    {
        const auto lap = model.lap.count();
        const auto within = ((ts % lap) + lap) % lap;
        double turn = static_cast<double>(within) / static_cast<double>(lap) + uniform(key, kOnce);
        const auto place = model.track->at(turn - std::floor(turn));
        return model.longitude ? place.longitude : place.latitude;
    }

    double operator()(const Follow& model) const { return model.gain * before[model.signal]; }
};

double width_of(const std::vector<double>& levels)
{
    const auto [low, high] = std::minmax_element(levels.begin(), levels.end());
    return (*high - *low) / 2;
}

/// What a part adds to the spread of its signal.
struct Spread {
    double operator()(const Sine& model) const { return std::abs(model.amplitude); }

    double operator()(const Walk& model) const { return (model.high - model.low) / 4; }

    double operator()(const Ar1& model) const { return model.deviation; }

    double operator()(const Counter& model) const { return model.most; }

    double operator()(const Step& model) const { return width_of(model.levels); }

    double operator()(const Fixed& /*never moves*/) const { return 0; }

    double operator()(const Seasonal& model) const { return width_of(model.profile); }

    double operator()(const Route& /*any place*/) const { return 0.01; } // a kilometre

    double operator()(const Follow& model) const { return std::abs(model.gain); }
};

} // namespace

double play(const Model& model, std::uint64_t key, std::uint64_t seq, EpochMs ts, double& state,
            std::span<const double> before)
{
    return std::visit(Player{key, seq, ts, state, before}, model);
}

double spread_of(const Signal& signal)
{
    double sum = 0;
    for (const auto& part : signal.parts) {
        sum += std::visit(Spread{}, part);
    }
    return sum > 0 ? sum : 1;
}

Track::Track(std::vector<Place> way) : places(std::move(way))
{
    constexpr double kRadians = std::numbers::pi / 180;
    places.push_back(places.front());
    starts.push_back(0);
    for (std::size_t i = 1; i < places.size(); ++i) {
        const double north = places[i].latitude - places[i - 1].latitude;
        const double east = (places[i].longitude - places[i - 1].longitude) *
                            std::cos(places[i].latitude * kRadians);
        starts.push_back(starts.back() + std::hypot(north, east));
    }
    const double whole = starts.back() > 0 ? starts.back() : 1;
    for (double& start : starts) {
        start /= whole;
    }
}

Track::Place Track::at(double turn) const
{
    const auto after = std::upper_bound(starts.begin() + 1, starts.end() - 1, turn);
    const auto i = static_cast<std::size_t>(after - starts.begin());
    const double leg = starts[i] - starts[i - 1];
    const double share = leg > 0 ? (turn - starts[i - 1]) / leg : 0;
    const auto& from = places[i - 1];
    const auto& to = places[i];
    return {from.latitude + (to.latitude - from.latitude) * share,
            from.longitude + (to.longitude - from.longitude) * share};
}

double round_to(double value, int decimals)
{
    static constexpr std::array kPowers{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    const double scale = kPowers.at(static_cast<std::size_t>(decimals));
    return std::round(value * scale) / scale + 0.0;
}

std::vector<Signal> default_signals()
{
    using namespace std::chrono_literals;
    return {
        {"temp_c", {Sine{21, 4, 24h, 0.05}, Ar1{0, 0.3, 0.95}}, 2},
        {"rpm", {Step{{1'480, 1'480, 2'900}, 500}, Ar1{0, 6, 0.5}}, 0},
        {"vibration_mm_s", {Walk{2, 0.05, 0.2, 7}, Ar1{0, 0.1, 0}}, 3},
        {"load_pct", {Sine{55, 25, 30min, 1}, Ar1{0, 4, 0.8}}, 1},
        {"parts", {Counter{0, 2}}, 0},
        {"mode", {Step{{0, 1, 2}, 1'000}}, 0},
    };
}

std::size_t count_parts(std::span<const Signal> signals) noexcept
{
    return std::accumulate(
        signals.begin(), signals.end(), std::size_t{0},
        [](std::size_t sum, const Signal& signal) { return sum + signal.parts.size(); });
}

} // namespace tlm::sim
