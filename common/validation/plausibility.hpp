// SPDX-License-Identifier: Apache-2.0
// Values that a sensor cannot have measured.
#pragma once

#include "common/record/reject.hpp"
#include "common/validation/rules.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tlm::validation {

/// The last plausible reading of one value of one device; 32 bytes. T{} is none.
struct Reading {
    double value = 0;
    EpochMs ts = 0;
    EpochMs unchanged_since = 0;
    std::uint32_t unchanged = 0; ///< equal readings in a row; 0: no reading yet
};

/// Judges the numbers of a payload by the rules that have a range, a step or a limit on staying
/// the same. What is missing or no number is not judged: that is the schema's business. Immutable.
class Plausibility {
  public:
    explicit Plausibility(std::shared_ptr<const Rules> rules);

    /// How many Readings a device needs.
    [[nodiscard]] std::size_t width() const noexcept { return m_width; }

    /// The first rule that is broken, as out_of_range, too_steep or stuck_value with the path of
    /// the value and, as schema_path, that of the rule. `readings` are width() of this device; they
    /// take the new values. A step is measured against the last plausible reading; a record not
    /// newer than that is judged by ranges only and changes nothing.
    [[nodiscard]] std::optional<Reject> judge(const simdjson::dom::element& root, EpochMs ts,
                                              Reading* readings) const;

  private:
    std::shared_ptr<const Rules> m_rules;
    std::vector<const Rule*> m_judging; ///< those with judges()
    std::size_t m_width;
};

} // namespace tlm::validation
