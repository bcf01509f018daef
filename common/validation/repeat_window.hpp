// SPDX-License-Identifier: Apache-2.0
// Which messages without a seq were seen: the identity of those is their time and content.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tlm::validation {

/// The last 6 messages of one device that have a `ts` and no seq; 32 bytes. What is newer than any
/// before is no repeat. An older or equal one is when its digest is among the last 6: wrongly so
/// once in 700 million such messages. T{} has seen nothing. Pure.
class RepeatWindow {
  public:
    static constexpr std::size_t kWidth = 6;

    /// True for a repeat; remembers the message as seen. `digest` is of its content, with a key
    /// that no sender knows.
    [[nodiscard]] bool observe(EpochMs ts, std::uint64_t digest) noexcept;

    /// What observe() has seen was not let through, or not delivered: when it comes again, it is no
    /// repeat.
    void forget(std::uint64_t digest) noexcept;

  private:
    EpochMs m_newest = 0;
    std::array<std::uint32_t, kWidth> m_digests{}; ///< the newest first; 0 is none
};

} // namespace tlm::validation
