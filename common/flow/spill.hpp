// SPDX-License-Identifier: Apache-2.0
// Where payloads go that are too large for any topic.
#pragma once

#include "common/record/dead_letter.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace tlm {

/// Keeps whole payloads. Used by one thread.
class Spill {
  public:
    Spill() = default;
    Spill(const Spill&) = delete;
    Spill& operator=(const Spill&) = delete;
    virtual ~Spill() = default;

    /// Keeps the payload for good before it returns, or says why not: then nothing of it is there,
    /// and the same call may succeed later. The same bytes twice are one and the same file.
    [[nodiscard]] virtual std::variant<Spilled, std::string> store(std::string_view payload) = 0;
};

} // namespace tlm
