// SPDX-License-Identifier: Apache-2.0
// What goes wrong with a fleet, and how often.
#pragma once

#include "common/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tlm::sim {

enum class FaultKind : std::uint8_t {
    // Of the bytes of a message.
    bad_json,     ///< its end is missing
    wrong_schema, ///< a number comes as text
    spoofed_id,   ///< the payload says to be from another device
    future_clock, ///< the time it carries is ahead
    // Of the order of messages.
    duplicate,    ///< it is sent twice
    out_of_order, ///< it is sent after the next one of its device
    late,         ///< it is held back for a while
    // Of values.
    drift,       ///< a value moves away more and more
    stuck_value, ///< a value stays what it was
    spike,       ///< one value is far off
    level_shift, ///< a value is off by the same amount for a while
    // Of the device.
    drop_out,        ///< it is silent for a while; its seq goes on
    reconnect_storm, ///< its connection is cut
    flood,           ///< it sends many messages at once
};

inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::flood) + 1;

/// `bad_json`, …: in options, the fleet file, the ledger and the truth.
[[nodiscard]] std::string_view fault_name(FaultKind kind) noexcept;
[[nodiscard]] std::optional<FaultKind> find_fault(std::string_view name) noexcept;

/// True for drift, stuck_value, spike and level_shift: what a model of values is needed for.
[[nodiscard]] bool changes_values(FaultKind kind) noexcept;

/// True when a fault of this kind goes on for a while once it has begun.
[[nodiscard]] bool lasts(FaultKind kind) noexcept;

/// Whether a fault of this kind takes `detail`, of devices, metric, size, by and messages.
[[nodiscard]] bool fault_takes(FaultKind kind, std::string_view detail) noexcept;

/// `devices, metric, size`: what it takes, for messages.
[[nodiscard]] std::string fault_details(FaultKind kind);

/// One way to go wrong. It befalls a message by `probability`; or by schedule, when `at` is set:
/// all messages of a time, or without `length` of a fault that does not last the first of each
/// device.
struct FaultRule {
    static constexpr std::uint64_t kLargestFlood = 10'000;
    static constexpr double kMostSize = 1e15;

    FaultKind kind = FaultKind::bad_json;
    double probability = 0;           ///< that it begins with a message
    std::optional<milliseconds> at{}; ///< after the first time of the run
    std::optional<milliseconds> length{};
    double share = 1;             ///< of the devices that a schedule concerns
    std::string metric{};         ///< whose value; empty: any number
    std::optional<double> size{}; ///< by how much the value is off; none: by its usual spread
    milliseconds by{0};           ///< late, future_clock: by so much; 0: see time_of()
    std::uint32_t messages = 50;  ///< flood: so many more, up to kLargestFlood

    /// How long it lasts once it has begun by probability.
    [[nodiscard]] milliseconds duration() const noexcept;

    /// How late or early.
    [[nodiscard]] milliseconds time_off() const noexcept;
};

/// Reads `KIND=PROBABILITY`, `KIND=PROBABILITY+DURATION`, `KIND@TIME` or `KIND@TIME+DURATION`, TIME
/// being a duration since the start; behind it `,NAME=VALUE` for what the kind takes besides:
/// devices, metric, size, by, messages. Gives the fault, or what is wrong.
[[nodiscard]] std::variant<FaultRule, std::string> parse_fault_rule(std::string_view text);

/// As parse_fault_rule() reads it.
[[nodiscard]] std::string format_fault_rule(const FaultRule& fault);

} // namespace tlm::sim
