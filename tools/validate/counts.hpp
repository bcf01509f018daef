// SPDX-License-Identifier: Apache-2.0
// What tlm-validate counts.
#pragma once

#include "common/record/reject.hpp"

#include <cstdint>
#include <map>

namespace tlm::validate {

/// Plain numbers, because a metric costs more than a line; copied to the metrics once a second.
struct Counts {
    std::uint64_t valid = 0;
    std::uint64_t blank = 0; ///< empty lines, skipped
    std::map<Reason, std::uint64_t> invalid;

    [[nodiscard]] std::uint64_t all_invalid() const
    {
        std::uint64_t sum = 0;
        for (const auto& [reason, count] : invalid) {
            sum += count;
        }
        return sum;
    }
};

} // namespace tlm::validate
