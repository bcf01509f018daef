// SPDX-License-Identifier: Apache-2.0
// JSON values compared, hashed and shown.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::schema {

/// Equal as JSON Schema says: numbers by value (1 is 1.0), objects whatever the order of their
/// members. Recursion is bounded by the depth that simdjson's parser let pass.
[[nodiscard]] bool equal(simdjson::dom::element left, simdjson::dom::element right);

/// What is equal() has the same hash.
[[nodiscard]] std::uint64_t hash(simdjson::dom::element element);

/// Two items of an array that are equal, by their positions, or that there are none.
struct Twins {
    bool found = false;
    bool gave_up = false; ///< more than `max_comparisons` items had the hash of another
    std::size_t first = 0;
    std::size_t second = 0;
};

/// Memory that finding twins keeps between calls.
using Hashes = std::vector<std::pair<std::uint64_t, std::size_t>>;

/// Sorted by hash, so that n items cost n log n; whoever makes hashes collide is bounded as well.
[[nodiscard]] Twins find_twins(simdjson::dom::array array, Hashes& hashes,
                               std::size_t max_comparisons);

/// The value as text for a sentence: at most about 64 bytes, cut between characters, without
/// control characters.
[[nodiscard]] std::string brief(simdjson::dom::element element);

/// A string in quotes, likewise.
[[nodiscard]] std::string brief(std::string_view text);

/// `null`, `boolean`, `integer`, `number`, `string`, `array`, `object`.
[[nodiscard]] std::string_view type_name(simdjson::dom::element element) noexcept;

/// Characters (code points), not bytes.
[[nodiscard]] std::size_t count_characters(std::string_view utf8) noexcept;

} // namespace tlm::schema
