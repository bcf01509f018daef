// SPDX-License-Identifier: Apache-2.0
// What somebody meant who mistyped a word.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm {

/// How many letters must be put in, taken out or changed to make one of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word` when it is near enough to be meant, else empty.
template <typename Range>
[[nodiscard]] std::string nearest(std::string_view word, const Range& candidates)
{
    std::string best;
    std::size_t best_distance = word.size() / 3 + 2; // one typing error in three letters, plus one
    for (const auto& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace tlm
