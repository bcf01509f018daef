// SPDX-License-Identifier: Apache-2.0
// What a checkpoint remembers a run by.
#pragma once

#include "tools/replay/checkpoint.hpp"
#include "tools/replay/settings.hpp"

namespace tlm::replay {

/// All that decides which records are written, and as what. Pace, brokers and what is shown may be
/// others when the run is taken up again.
[[nodiscard]] RunWords run_words(const Settings& settings);

} // namespace tlm::replay
