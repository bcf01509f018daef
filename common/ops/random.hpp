// SPDX-License-Identifier: Apache-2.0
// Random numbers for back-off and hashing; not for secrets and not for data.
#pragma once

#include <cstdint>
#include <random>

namespace tlm::ops {

/// A number that is another one in each process.
[[nodiscard]] inline std::uint64_t random_seed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

/// Draws from [0, 1), seeded from the operating system. One thread.
class Jitter {
  public:
    Jitter() : m_engine(std::random_device{}()) {}

    [[nodiscard]] double next() { return std::generate_canonical<double, 32>(m_engine); }

  private:
    std::minstd_rand m_engine;
};

} // namespace tlm::ops
