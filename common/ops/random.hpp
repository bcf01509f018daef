// SPDX-License-Identifier: Apache-2.0
// Random numbers for back-off; not for secrets and not for data.
#pragma once

#include <random>

namespace tlm::ops {

/// Draws from [0, 1), seeded from the operating system. One thread.
class Jitter {
  public:
    Jitter() : m_engine(std::random_device{}()) {}

    [[nodiscard]] double next() { return std::generate_canonical<double, 32>(m_engine); }

  private:
    std::minstd_rand m_engine;
};

} // namespace tlm::ops
