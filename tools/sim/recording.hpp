// SPDX-License-Identifier: Apache-2.0
// Recorded series: CSV files of `timestamp,value`.
#pragma once

#include "common/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlm::sim {

struct Point {
    EpochMs ts = 0;
    double value = 0;
    std::uint32_t device = 0; ///< index of the file it came from
};

/// Why a file cannot be replayed. `line` counts from 1; 0: the file as a whole.
struct BadLine {
    std::size_t line = 0;
    std::string text;
};

/// Reads a whole CSV file: an optional header `timestamp,value`, then lines such as
/// `2013-12-02 21:15:00,73.967322` (RFC 3339 as well; a time without a zone is UTC; LF or CRLF).
/// A file without a single point is bad.
[[nodiscard]] std::variant<std::vector<Point>, BadLine> parse_recording(std::string_view csv,
                                                                        std::uint32_t device);

/// Moves all recordings in time so that each begins where the latest of them does.
void align_starts(std::vector<std::vector<Point>>& recordings);

/// All points in time order. Points of the same time keep their order: by file, then by line.
[[nodiscard]] std::vector<Point> merge(std::vector<std::vector<Point>> recordings);

/// The device that a file stands for: its name without folders and `.csv`, each character that no
/// device id may have replaced by `_`, cut to 128. Empty when nothing is left.
[[nodiscard]] std::string device_id_of(std::string_view path);

} // namespace tlm::sim
