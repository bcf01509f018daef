// SPDX-License-Identifier: Apache-2.0
// A line of a file that cannot be used, and why.
#pragma once

#include <cstddef>
#include <string>

namespace tlm::sim {

/// Why a file cannot be used. `line` counts from 1; 0: the file as a whole.
struct BadLine {
    std::size_t line = 0;
    std::string text;

    /// `FILE:LINE: what`, or `FILE: what`.
    [[nodiscard]] std::string in(const std::string& file) const
    {
        return file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + text;
    }
};

} // namespace tlm::sim
