// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fault_rule.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"

namespace tlm::sim {
namespace {

constexpr std::array<std::string_view, kFaultKinds> kNames{
    "bad_json",     "wrong_schema", "spoofed_id",      "future_clock", "duplicate",
    "out_of_order", "late",         "drift",           "stuck_value",  "spike",
    "level_shift",  "drop_out",     "reconnect_storm", "flood"};

/// Takes `+DURATION` off the end, when it is there; false when that is no duration.
bool take_length(std::string_view& text, std::optional<milliseconds>& length)
{
    const auto plus = text.find('+');
    if (plus != std::string_view::npos) {
        length = parse_duration(text.substr(plus + 1));
        text = text.substr(0, plus);
        return length && *length > milliseconds{0};
    }
    return true;
}

} // namespace

std::string_view fault_name(FaultKind kind) noexcept
{
    return kNames.at(static_cast<std::size_t>(kind));
}

std::optional<FaultKind> find_fault(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames.at(i) == name) {
            return static_cast<FaultKind>(i);
        }
    }
    return std::nullopt;
}

bool changes_values(FaultKind kind) noexcept
{
    return kind == FaultKind::drift || kind == FaultKind::stuck_value || kind == FaultKind::spike ||
           kind == FaultKind::level_shift;
}

bool lasts(FaultKind kind) noexcept
{
    return kind == FaultKind::drift || kind == FaultKind::stuck_value ||
           kind == FaultKind::level_shift || kind == FaultKind::drop_out;
}

milliseconds FaultRule::duration() const noexcept
{
    constexpr milliseconds kEpisode{60'000};
    return length.value_or(lasts(kind) ? kEpisode : milliseconds{0});
}

milliseconds FaultRule::time_off() const noexcept
{
    constexpr milliseconds kLate{30'000};
    constexpr milliseconds kAhead{3'600'000};
    if (by > milliseconds{0}) {
        return by;
    }
    return kind == FaultKind::late ? kLate : kAhead;
}

std::variant<FaultRule, std::string> parse_fault_rule(std::string_view text)
{
    const auto mark = text.find_first_of("=@");
    const auto kind = find_fault(text.substr(0, mark));
    if (!kind) {
        std::string known;
        for (const auto name : kNames) {
            known.append(known.empty() ? "" : ", ").append(name);
        }
        return std::string{"the kinds of fault are "}.append(known);
    }
    if (mark == std::string_view::npos) {
        return "a probability is missing, as in spike=0.001, or a time, as in spike@30s";
    }
    FaultRule fault;
    fault.kind = *kind;
    auto rest = text.substr(mark + 1);
    if (!take_length(rest, fault.length)) {
        return "what stands behind + is no duration such as 5s";
    }
    if (text[mark] == '@') {
        fault.at = parse_duration(rest);
        if (!fault.at) {
            return "what stands behind @ is no duration since the start, such as 30s";
        }
        return fault;
    }
    const auto probability = parse_number(rest);
    if (!probability || *probability < 0 || *probability > 1) {
        return "the probability is no number from 0 to 1";
    }
    fault.probability = *probability;
    return fault;
}

std::string format_fault_rule(const FaultRule& fault)
{
    std::string text{fault_name(fault.kind)};
    if (fault.at) {
        text.append("@").append(format_duration(*fault.at));
    } else {
        text.push_back('=');
        append_number(text, fault.probability);
    }
    return fault.length ? text.append("+").append(format_duration(*fault.length)) : text;
}

} // namespace tlm::sim
