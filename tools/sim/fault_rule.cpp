// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/fault_rule.hpp"

#include "common/base/json_text.hpp"
#include "common/base/units.hpp"
#include "tools/sim/share.hpp"

#include <algorithm>
#include <cmath>

namespace tlm::sim {
namespace {

constexpr std::array<std::string_view, kFaultKinds> kNames{
    "bad_json",     "wrong_schema", "spoofed_id",      "future_clock", "duplicate",
    "out_of_order", "late",         "drift",           "stuck_value",  "spike",
    "level_shift",  "drop_out",     "reconnect_storm", "flood"};

// Each of these reads what a fault takes besides; false when it is not the right value.

bool read_share(std::string_view text, FaultRule& fault)
{
    const auto share = parse_share(text);
    fault.share = share.value_or(1);
    return share.has_value();
}

bool read_metric(std::string_view text, FaultRule& fault)
{
    fault.metric = text;
    return !text.empty();
}

bool read_size(std::string_view text, FaultRule& fault)
{
    fault.size = parse_number(text);
    return fault.size && std::abs(*fault.size) <= FaultRule::kMostSize;
}

bool read_by(std::string_view text, FaultRule& fault)
{
    fault.by = parse_duration(text).value_or(milliseconds{0});
    return fault.by > milliseconds{0};
}

bool read_messages(std::string_view text, FaultRule& fault)
{
    const auto number = parse_unsigned(text).value_or(0);
    fault.messages = static_cast<std::uint32_t>(number);
    return number >= 1 && number <= FaultRule::kLargestFlood;
}

bool any_kind(FaultKind /*kind*/)
{
    return true;
}

bool has_size(FaultKind kind)
{
    return changes_values(kind) && kind != FaultKind::stuck_value;
}

bool shifts_time(FaultKind kind)
{
    return kind == FaultKind::late || kind == FaultKind::future_clock;
}

bool adds_messages(FaultKind kind)
{
    return kind == FaultKind::flood;
}

struct Detail {
    std::string_view name;
    bool (*fits)(FaultKind);
    bool (*read)(std::string_view, FaultRule&);
    std::string_view expected;
};

constexpr std::array kDetails{
    Detail{"devices", any_kind, read_share, "a share such as 20%"},
    Detail{"metric", changes_values, read_metric, "the name of a metric"},
    Detail{"size", has_size, read_size, "a number"},
    Detail{"by", shifts_time, read_by, "a duration such as 5s"},
    Detail{"messages", adds_messages, read_messages, "a whole number from 1 to 10000"},
};

/// Reads `NAME=VALUE`; what is wrong, or nothing.
std::string read_detail(std::string_view text, FaultRule& fault)
{
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    for (const auto& detail : kDetails) {
        if (detail.name == name && detail.fits(fault.kind)) {
            const bool good =
                equals != std::string_view::npos && detail.read(text.substr(equals + 1), fault);
            return good ? "" : std::string{name}.append(" wants ").append(detail.expected);
        }
    }
    return "what this kind takes besides is " + fault_details(fault.kind);
}

/// Takes all `,NAME=VALUE` off the end; what is wrong, or nothing.
std::string take_details(std::string_view& text, FaultRule& fault)
{
    auto comma = text.find(',');
    auto rest = text.substr(std::min(comma, text.size()));
    text = text.substr(0, comma);
    while (!rest.empty()) {
        rest.remove_prefix(1);
        comma = std::min(rest.find(','), rest.size());
        if (auto wrong = read_detail(rest.substr(0, comma), fault); !wrong.empty()) {
            return wrong;
        }
        rest.remove_prefix(comma);
    }
    return {};
}

void append_details(std::string& text, const FaultRule& fault)
{
    const auto name = [&text](std::string_view member) -> std::string& {
        return text.append(",").append(member).append("=");
    };
    if (fault.share < 1) {
        append_number(name("devices"), fault.share);
    }
    if (!fault.metric.empty()) {
        name("metric") += fault.metric;
    }
    if (fault.size) {
        append_number(name("size"), *fault.size);
    }
    if (fault.by > milliseconds{0}) {
        name("by") += format_duration(fault.by);
    }
    if (fault.messages != FaultRule{}.messages) {
        append_number(name("messages"), fault.messages);
    }
}

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

bool fault_takes(FaultKind kind, std::string_view detail) noexcept
{
    return std::any_of(kDetails.begin(), kDetails.end(),
                       [&](const Detail& each) { return each.name == detail && each.fits(kind); });
}

std::string fault_details(FaultKind kind)
{
    std::string known;
    for (const auto& detail : kDetails) {
        if (detail.fits(kind)) {
            known.append(known.empty() ? "" : ", ").append(detail.name);
        }
    }
    return known;
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
    if (auto wrong = take_details(rest, fault); !wrong.empty()) {
        return wrong;
    }
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
    const auto probability = parse_share(rest);
    if (!probability) {
        return "the probability is no number from 0 to 1, nor a percentage";
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
    if (fault.length) {
        text.append("+").append(format_duration(*fault.length));
    }
    append_details(text, fault);
    return text;
}

} // namespace tlm::sim
