// SPDX-License-Identifier: Apache-2.0
// Whether Kafka refuses a record, or everything.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace tlm::mqtt2kafka {

enum class Refusal {
    no_fault_of_the_record, ///< an outage, rights, a missing topic: all records wait
    too_large,              ///< it will never do
    of_the_record,          ///< the broker's rules; they may change
};

/// What a delivery error says, which begins with Kafka's name of it. Kafka refuses whole batches:
/// only of a record that was alone in its batch does it say something about the record. Pure.
[[nodiscard]] inline Refusal judge_refusal(std::string_view error) noexcept
{
    const auto begins_with = [error](std::string_view name) {
        return error.starts_with(name) && error.substr(name.size()).starts_with(':');
    };
    constexpr std::array<std::string_view, 2> kTooLarge{"MSG_SIZE_TOO_LARGE",
                                                        "RECORD_LIST_TOO_LARGE"};
    constexpr std::array<std::string_view, 2> kOfTheRecord{"INVALID_RECORD", "INVALID_TIMESTAMP"};
    if (std::any_of(kTooLarge.begin(), kTooLarge.end(), begins_with)) {
        return Refusal::too_large;
    }
    if (std::any_of(kOfTheRecord.begin(), kOfTheRecord.end(), begins_with)) {
        return Refusal::of_the_record;
    }
    return Refusal::no_fault_of_the_record;
}

} // namespace tlm::mqtt2kafka
