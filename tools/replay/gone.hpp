// SPDX-License-Identifier: Apache-2.0
// What was to be read and is not there any more.
#pragma once

#include <cstdint>

namespace tlm::replay {

/// Offsets; how many records stood there nobody knows any more.
struct Gone {
    std::uint64_t deleted = 0;   ///< from the beginning of their partition, as retention does
    std::uint64_t truncated = 0; ///< from its end: a leader lost them, or the topic was made anew

    [[nodiscard]] bool any() const noexcept { return deleted + truncated > 0; }

    Gone& operator+=(const Gone& more) noexcept
    {
        deleted += more.deleted;
        truncated += more.truncated;
        return *this;
    }

    bool operator==(const Gone&) const = default;
};

} // namespace tlm::replay
