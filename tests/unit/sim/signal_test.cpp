// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tools/sim/noise.hpp"
#include "tools/sim/signal.hpp"

#include <algorithm>
#include <cmath>
#include <set>

using namespace tlm;
using namespace tlm::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kKey = 12'345;

std::vector<double> series(const Model& model, std::size_t length)
{
    std::vector<double> values;
    double state = 0;
    for (std::size_t seq = 0; seq < length; ++seq) {
        values.push_back(play(model, kKey, seq, static_cast<EpochMs>(seq), state));
    }
    return values;
}

struct Moments {
    double mean = 0;
    double deviation = 0;
    double memory = 0; ///< correlation of neighbours
};

Moments moments(const std::vector<double>& values)
{
    Moments result;
    const auto n = static_cast<double>(values.size());
    for (const double value : values) {
        result.mean += value / n;
    }
    double square = 0;
    double product = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double off = values[i] - result.mean;
        square += off * off;
        product += i > 0 ? off * (values[i - 1] - result.mean) : 0;
    }
    result.deviation = std::sqrt(square / n);
    result.memory = product / square;
    return result;
}

} // namespace

TEST_CASE("noise: even numbers are even, normal ones normal, and both are bounded", "[sim]")
{
    std::vector<double> even;
    std::vector<double> bell;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        even.push_back(uniform(kKey, i));
        bell.push_back(normal(kKey, i));
    }
    CHECK(*std::min_element(even.begin(), even.end()) >= 0);
    CHECK(*std::max_element(even.begin(), even.end()) < 1);
    CHECK(moments(even).mean == Approx(0.5).margin(0.005));
    CHECK(moments(even).deviation == Approx(std::sqrt(1.0 / 12)).epsilon(0.01));
    CHECK(moments(bell).mean == Approx(0).margin(0.02));
    CHECK(moments(bell).deviation == Approx(1).epsilon(0.01));
    CHECK(std::abs(moments(bell).memory) < 0.02);
}

TEST_CASE("noise: streams of neighbouring keys do not follow each other", "[sim]")
{
    double product = 0;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        product += normal(derive(1, 0), i) * normal(derive(1, 1), i);
    }
    CHECK(std::abs(product / 10'000) < 0.05);
}

TEST_CASE("signal: a sine repeats after its period and keeps to its amplitude", "[sim]")
{
    const Sine sine{10, 2, 1s, 1};
    double state = 0;
    for (EpochMs ts = -3'000; ts < 3'000; ts += 37) {
        const double value = play(sine, kKey, 0, ts, state);
        CHECK(value == Approx(play(sine, kKey, 5, ts + 1'000, state)));
        CHECK(std::abs(value - 10) <= 2);
    }
    CHECK(play(Sine{0, 1, 1s, 0}, kKey, 0, 250, state) == Approx(1));
}

TEST_CASE("signal: a walk starts where told, moves, and stays between its borders", "[sim]")
{
    const auto values = series(Walk{2, 0.5, 0, 3}, 10'000);
    CHECK(values.front() == 2);
    CHECK(*std::min_element(values.begin(), values.end()) >= 0);
    CHECK(*std::max_element(values.begin(), values.end()) <= 3);
    CHECK(moments(values).deviation > 0.5);
    for (const double value : series(Walk{0, 100, -1, 1}, 1'000)) {
        CHECK(std::abs(value) <= 1); // steps far wider than the borders
    }
}

TEST_CASE("signal: AR(1) has the mean, deviation and memory asked for", "[sim]")
{
    for (const double memory : {0.0, 0.5, 0.9}) {
        const auto seen = moments(series(Ar1{10, 2, memory}, 200'000));
        CHECK(seen.mean == Approx(10).margin(0.15));
        CHECK(seen.deviation == Approx(2).epsilon(0.03));
        CHECK(seen.memory == Approx(memory).margin(0.02));
    }
}

TEST_CASE("signal: a counter grows by whole steps up to the largest", "[sim]")
{
    const auto values = series(Counter{100, 3}, 1'000);
    CHECK(values.front() == 100);
    std::set<double> steps;
    for (std::size_t i = 1; i < values.size(); ++i) {
        steps.insert(values[i] - values[i - 1]);
    }
    CHECK(steps == std::set<double>{0, 1, 2, 3});
}

TEST_CASE("signal: a step holds each level for its length", "[sim]")
{
    const auto values = series(Step{{1, 5, 9}, 50}, 5'000);
    std::size_t last_change = 0;
    std::set<double> levels;
    for (std::size_t i = 1; i < values.size(); ++i) {
        levels.insert(values[i]);
        if (values[i] != values[i - 1]) {
            CHECK((last_change == 0 || (i - last_change) % 50 == 0));
            last_change = i;
        }
    }
    CHECK(levels == std::set<double>{1, 5, 9});
}

TEST_CASE("signal: a season is its profile over the day, times the factor of the weekday", "[sim]")
{
    const Seasonal seasonal{{0, 12, 24, 12}, {1, 1, 1, 1, 1, 1, 0.5}};
    constexpr EpochMs kHour = 3'600'000;
    constexpr EpochMs kMonday = 4 * 24 * kHour; // 1970-01-05
    double state = 0;
    const auto at = [&](EpochMs ts) { return play(seasonal, kKey, 0, ts, state); };
    CHECK(at(kMonday) == 0);
    CHECK(at(kMonday + 3 * kHour) == 6);
    CHECK(at(kMonday + 12 * kHour) == 24);
    CHECK(at(kMonday + 21 * kHour) == 6);
    CHECK(at(kMonday - 12 * kHour) == 12);                  // Sunday
    CHECK(at(kMonday - 7 * 24 * kHour + 12 * kHour) == 24); // before 1970
}

TEST_CASE("signal: what is fixed differs between devices and stays", "[sim]")
{
    const Fixed fixed{{1, 2, 3}};
    double state = 0;
    std::set<double> seen;
    for (std::uint64_t key = 0; key < 50; ++key) {
        seen.insert(play(fixed, key, 0, 0, state));
        CHECK(play(fixed, key, 0, 0, state) == play(fixed, key, 9, 9'999, state));
    }
    CHECK(seen == std::set<double>{1, 2, 3});
}

TEST_CASE("signal: a route is passed at an even speed, and closed", "[sim]")
{
    const auto track =
        std::make_shared<const Track>(std::vector<Track::Place>{{0, 0}, {0, 3}, {1, 3}, {1, 0}});
    CHECK(track->at(0).longitude == 0);
    CHECK(track->at(0.125).longitude == Approx(1).epsilon(0.001));
    CHECK(track->at(0.999).latitude == Approx(0.008).margin(0.001));
    const Route latitude{track, 1min, false};
    const Route longitude{track, 1min, true};
    double state = 0;
    for (EpochMs ts = -60'000; ts < 60'000; ts += 500) {
        const Track::Place place{play(latitude, kKey, 0, ts, state),
                                 play(longitude, kKey, 0, ts, state)};
        const bool on_way =
            place.latitude == Approx(0).margin(1e-9) || place.latitude == Approx(1) ||
            place.longitude == Approx(0).margin(1e-9) || place.longitude == Approx(3);
        CHECK(on_way);
        CHECK(place.latitude == Approx(play(latitude, kKey, 0, ts + 60'000, state)));
    }
    CHECK(Track{{{5, 5}, {5, 5}}}.at(0.3).latitude == 5);
}

TEST_CASE("signal: followers move together", "[sim]")
{
    const std::vector<double> before{3, 10};
    double state = 0;
    CHECK(play(Follow{1, -0.5}, kKey, 0, 0, state, before) == -5);
    CHECK(spread_of({"x", {Follow{0, -2}, Ar1{0, 0.5}}}) == 2.5);
    CHECK(spread_of({"x", {Fixed{{1}}}}) == 1);
}

TEST_CASE("signal: rounding leaves no minus zero", "[sim]")
{
    CHECK(round_to(21.456, 1) == 21.5);
    CHECK(round_to(1'480.4, 0) == 1'480);
    CHECK_FALSE(std::signbit(round_to(-0.001, 2)));
}

TEST_CASE("signal: a default device stays plausible for a year", "[sim]")
{
    for (const auto& signal : default_signals()) {
        std::vector<double> state(signal.parts.size());
        double low = 1e9;
        double high = -1e9;
        for (std::uint64_t seq = 0; seq < 20'000; ++seq) {
            double value = 0;
            for (std::size_t part = 0; part < signal.parts.size(); ++part) {
                const auto ts = static_cast<EpochMs>(seq * 1'576'800);
                value += play(signal.parts[part], derive(kKey, part), seq, ts, state[part]);
            }
            low = std::min(low, value);
            high = std::max(high, value);
        }
        INFO(signal.name);
        CHECK(low > -1);
        CHECK(high > low);
        CHECK(high < 50'000);
    }
}
