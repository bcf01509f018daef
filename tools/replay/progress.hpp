// SPDX-License-Identifier: Apache-2.0
// How far a replay is, for people and for programs. Pure.
#pragma once

#include "common/base/time.hpp"

#include <cstdint>
#include <string>

namespace tlm::replay {

struct Progress {
    std::int64_t passed = 0;   ///< offsets, or lines of a file
    std::int64_t total = 0;    ///< offsets to pass; 0: not known
    std::uint64_t written = 0; ///< records
    std::uint64_t refused = 0; ///< records
    EpochMs time = -1;         ///< of the record written last
    milliseconds elapsed{0};
    bool done = false;
    std::uint64_t most = 0; ///< records to write, however many offsets there are; 0: all
};

/// One line of at most `width` characters, without a line break.
[[nodiscard]] std::string progress_bar(const Progress& progress, std::size_t width);

/// One line of JSON without its line break.
[[nodiscard]] std::string progress_json(const Progress& progress);

} // namespace tlm::replay
