// SPDX-License-Identifier: Apache-2.0
// What a simulated device measures: named sums of simple models.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tlm::sim {

/// A wave over the time that messages carry. Devices differ in phase by up to `spread` periods.
struct Sine {
    double mean = 0;
    double amplitude = 1;
    milliseconds period{60'000};
    double spread = 1;
};

/// Each value is the one before plus a normal step, turned back at `low` and `high`.
struct Walk {
    double start = 0;
    double step = 1;
    double low = -1;
    double high = 1;
};

/// Noise that remembers: AR(1) with the given mean and deviation. memory 0 is white noise, near 1
/// wanders slowly. 0 <= memory < 1.
struct Ar1 {
    double mean = 0;
    double deviation = 1;
    double memory = 0;
};

/// Grows by 0 to `most`, evenly drawn, from `first` on; whole numbers.
struct Counter {
    double first = 0;
    unsigned most = 1;
};

/// Holds one of `levels` for `hold` messages, then draws again.
struct Step {
    std::vector<double> levels;
    std::uint64_t hold = 100;
};

/// One of `levels`, drawn once: devices that are built differently.
struct Fixed {
    std::vector<double> levels;
};

/// A profile over the day, repeated and straight between its points, which stand evenly from
/// midnight UTC on; each day of the week (from Monday) multiplies it by its factor.
struct Seasonal {
    std::vector<double> profile; ///< not empty
    std::array<double, 7> week{1, 1, 1, 1, 1, 1, 1};
};

/// A closed way over the ground, at an even speed.
struct Track {
    struct Place {
        double latitude = 0;
        double longitude = 0;
    };

    /// At least two places. Distances are those of a plane: good for ways within a country.
    explicit Track(std::vector<Place> places);

    /// Where one is after the share `turn` (0 to 1) of the way.
    [[nodiscard]] Place at(double turn) const;

    std::vector<Place> places;  ///< the first one again at the end
    std::vector<double> starts; ///< share of the way before each of them
};

/// One coordinate of where a device is; devices begin anywhere on the way.
struct Route {
    std::shared_ptr<const Track> track;
    milliseconds lap{60'000}; ///< time for the whole way
    bool longitude = false;   ///< else latitude
};

/// What another signal says now, times `gain`: correlated signals follow one.
struct Follow {
    std::size_t signal = 0; ///< index, smaller than that of the follower
    double gain = 1;
};

using Model = std::variant<Sine, Walk, Ar1, Counter, Step, Fixed, Seasonal, Route, Follow>;

/// One metric of a device: the sum of its parts, rounded to `decimals`.
struct Signal {
    std::string name; ///< [A-Za-z0-9_]+: needs no escaping in JSON
    std::vector<Model> parts;
    int decimals = 2;
    std::vector<std::string> labels{}; ///< the value is the index of what is said; none: numbers
    bool hidden = false;               ///< never said: only followed
    bool common = false;               ///< the same for all devices of a group
    bool twin = false; ///< draws what the signal before draws: the other coordinate of a route
};

/// The next value of one part. `key` belongs to this part of this device; `state` is its memory,
/// one number, which the caller keeps and gives back. `seq` counts the calls, from 0 on; `before`
/// are the values of the signals before this one.
[[nodiscard]] double play(const Model& model, std::uint64_t key, std::uint64_t seq, EpochMs ts,
                          double& state, std::span<const double> before = {});

/// How far the values of a signal usually are from their middle; more than 0.
[[nodiscard]] double spread_of(const Signal& signal);

/// `value` rounded to `decimals` (0 to 9), never minus zero.
[[nodiscard]] double round_to(double value, int decimals);

/// A machine as one meets it: temperature with a daily wave, rpm, vibration, load, parts, mode.
[[nodiscard]] std::vector<Signal> default_signals();

/// How many parts all signals have together: the numbers of state a device needs.
[[nodiscard]] std::size_t count_parts(std::span<const Signal> signals) noexcept;

} // namespace tlm::sim
