// SPDX-License-Identifier: Apache-2.0
// Which messages of a device were seen: duplicates, gaps and disorder.
#pragma once

#include "common/record/record.hpp"

#include <cstddef>
#include <cstdint>

namespace tlm::validation {

/// Where a message stands among those that its device sent before.
enum class Order {
    untracked,    ///< it has no seq, and is no duplicate by ts and content
    first,        ///< the first of its device that is remembered
    next,         ///< follows the newest
    gap,          ///< is newer, and others are missing before it
    out_of_order, ///< older than the newest, not seen before
    late,         ///< so much older that nobody knows whether it was seen before
    old_boot,     ///< from before the device's last start: late as well
    restart,      ///< the first of a new start
    duplicate,    ///< seen before
};

inline constexpr std::size_t kOrderCount = static_cast<std::size_t>(Order::duplicate) + 1;

/// A short name, as metrics and tags say it.
[[nodiscard]] const char* order_name(Order order) noexcept;

struct Sequence {
    Order order = Order::untracked;
    std::uint64_t missing = 0; ///< with gap: how many seqs were skipped
};

/// The last 64 seqs of one device since its last start; 24 bytes. The identity of a message is
/// (boot, seq); a higher boot restarts the window, a lower one is old.
///
/// Without a boot a restart has to be guessed: a message with a `ts` newer than any before, whose
/// seq is not higher, begins a new start. So what is called a duplicate has an equal or older `ts`;
/// and where the device sends neither boot nor `ts`, a repeat is no duplicate but a restart: only
/// what is certain is called a duplicate. Pure.
class SequenceWindow {
  public:
    static constexpr std::uint64_t kWidth = 64;

    /// Where the record stands, and remembers it as seen.
    Sequence observe(const Record& record) noexcept;

    /// What observe() has seen was not let through, or not delivered: when it comes again, it is
    /// no duplicate.
    void forget(const Record& record) noexcept;

  private:
    // Boots end at 2^63-1: the highest bit says that there is none, and the rest is the newest ts.
    static constexpr std::uint64_t kWithoutBoot = std::uint64_t{1} << 63U;
    static constexpr std::uint64_t kNothingSeen = ~std::uint64_t{0};

    /// Takes the record's boot or ts; `newest` or what else it says of the record's place.
    [[nodiscard]] Order enter(const Record& record, std::uint64_t seq) noexcept;

    std::uint64_t m_start = kNothingSeen; ///< boot, or kWithoutBoot + newest ts
    std::uint64_t m_newest = 0;           ///< the highest seq
    std::uint64_t m_seen = 0;             ///< bit n: seq m_newest - n was seen
};

} // namespace tlm::validation
