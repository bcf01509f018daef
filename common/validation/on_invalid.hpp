// SPDX-License-Identifier: Apache-2.0
// What becomes of what is invalid.
#pragma once

#include "common/record/reject.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace tlm::validation {

/// The four fates of a record that a check has found invalid.
enum class OnInvalid {
    dlq,  ///< it becomes a dead letter: nothing is lost, nothing goes on
    drop, ///< it is gone, and counted: the only one that loses data
    mark, ///< it goes on with the member `invalid`, see append_marked()
    pass, ///< it goes on as if it were valid, and is counted
};

/// A fate for each reason: one for all, and others for some.
class OnInvalidPolicy {
  public:
    /// Takes `dlq`, `drop`, `mark` or `pass` for all reasons, or `REASON=FATE` for one, as
    /// `stuck_value=mark`; a later call overrides an earlier one. False when the text is neither,
    /// or names a reason that Stage::judge() never gives.
    [[nodiscard]] bool set(std::string_view text);

    [[nodiscard]] OnInvalid fate(Reason reason) const noexcept
    {
        return m_fates[static_cast<std::size_t>(reason)];
    }

  private:
    std::array<OnInvalid, kReasonCount> m_fates{}; ///< all dlq
};

/// What the stage does with a device that the registry does not have.
enum class UnknownDevice {
    pass,   ///< nothing
    mark,   ///< the tag `"tlm-device":"unknown"`
    reject, ///< invalid: unknown_device
};

[[nodiscard]] std::optional<UnknownDevice> parse_unknown_device(std::string_view text);

} // namespace tlm::validation
