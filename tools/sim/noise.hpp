// SPDX-License-Identifier: Apache-2.0
// Random numbers by counter instead of by state: the same on every machine, in any order.
#pragma once

#include <cstdint>

namespace tlm::sim {

/// Spreads the bits of `x` over all bits of the result; a bijection (the finaliser of splitmix64).
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept
{
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
}

/// A key for something numbered `index` below what has the key `parent`.
[[nodiscard]] constexpr std::uint64_t derive(std::uint64_t parent, std::uint64_t index) noexcept
{
    constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL; // 2^64 / golden ratio, odd
    return mix(parent + kStep * (index + 1));
}

/// The number `counter` of the stream `key`, evenly from [0, 1).
[[nodiscard]] constexpr double uniform(std::uint64_t key, std::uint64_t counter) noexcept
{
    return static_cast<double>(derive(key, counter) >> 11U) * 0x1.0p-53;
}

/// The number `counter` of the stream `key`, nearly normal with mean 0 and deviation 1: the sum of
/// four even ones, for which +, - and * suffice and every machine gives the same bits. Its
/// size never exceeds 3.47.
[[nodiscard]] constexpr double normal(std::uint64_t key, std::uint64_t counter) noexcept
{
    constexpr double kScale = 1.7320508075688772; // the variance of the sum is 4/12
    const std::uint64_t bits = derive(key, counter);
    const std::uint64_t sum =
        (bits & 0xFFFFU) + ((bits >> 16U) & 0xFFFFU) + ((bits >> 32U) & 0xFFFFU) + (bits >> 48U);
    return (static_cast<double>(sum + 2) * 0x1.0p-16 - 2.0) * kScale;
}

} // namespace tlm::sim
