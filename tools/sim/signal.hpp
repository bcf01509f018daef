// SPDX-License-Identifier: Apache-2.0
// What a simulated device measures: named sums of simple models.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
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

using Model = std::variant<Sine, Walk, Ar1, Counter, Step>;

/// One metric of a device: the sum of its parts, rounded to `decimals`.
struct Signal {
    std::string name; ///< [A-Za-z0-9_]+: needs no escaping in JSON
    std::vector<Model> parts;
    int decimals = 2;
};

/// The next value of one part. `key` belongs to this part of this device; `state` is its memory,
/// one number, which the caller keeps and gives back. `seq` counts the calls, from 0 on.
[[nodiscard]] double play(const Model& model, std::uint64_t key, std::uint64_t seq, EpochMs ts,
                          double& state);

/// `value` rounded to `decimals` (0 to 9), never minus zero.
[[nodiscard]] double round_to(double value, int decimals);

/// A machine as one meets it: temperature with a daily wave, rpm, vibration, load, parts, mode.
[[nodiscard]] std::vector<Signal> default_signals();

/// How many parts all signals have together: the numbers of state a device needs.
[[nodiscard]] std::size_t count_parts(std::span<const Signal> signals) noexcept;

} // namespace tlm::sim
