// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/signal.hpp"

#include "tools/sim/noise.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tlm::sim {
namespace {

/// A counter that no seq reaches: for what is drawn once a device.
constexpr std::uint64_t kOnce = ~std::uint64_t{0};

struct Player {
    std::uint64_t key;
    std::uint64_t seq;
    EpochMs ts;
    double& state;

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
};

} // namespace

double play(const Model& model, std::uint64_t key, std::uint64_t seq, EpochMs ts, double& state)
{
    return std::visit(Player{key, seq, ts, state}, model);
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
