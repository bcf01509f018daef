// SPDX-License-Identifier: Apache-2.0
// Which offset may be committed when work finishes in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace tlm {

/// Turns acknowledgements in any order into the contiguous committable offset of each partition:
/// everything before it is done. Offsets may have holes (compaction, transactions): only those that
/// were opened count. Pure; misuse (an offset opened twice or out of order, one done that is not
/// open) is refused with false.
class OffsetLedger {
  public:
    /// Work on this offset begins. Offsets of a partition are opened in rising order.
    [[nodiscard]] bool open(std::int32_t partition, std::int64_t offset);

    /// Work on this offset is done for good.
    [[nodiscard]] bool done(std::int32_t partition, std::int64_t offset);

    /// The next offset to read after a restart, when it moved since the last call.
    [[nodiscard]] std::optional<std::int64_t> take_committable(std::int32_t partition);

    /// Offsets opened and not yet done, over all partitions.
    [[nodiscard]] std::size_t outstanding() const noexcept { return m_outstanding; }

    /// Offsets that lie before what may be committed, over all partitions, from the beginning on.
    [[nodiscard]] std::uint64_t settled() const noexcept { return m_settled; }

    /// Forgets a partition that was taken away; what is reported of it later is refused.
    void forget(std::int32_t partition);

  private:
    struct Entry {
        std::int64_t offset;
        bool done;
    };

    struct Partition {
        std::deque<Entry> entries; ///< from the oldest offset not done
        std::int64_t last_opened = -1;
        std::int64_t committable = -1;
        bool moved = false;
    };

    std::map<std::int32_t, Partition> m_partitions;
    std::size_t m_outstanding = 0;
    std::uint64_t m_settled = 0;
};

} // namespace tlm
