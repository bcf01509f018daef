// SPDX-License-Identifier: Apache-2.0
#include "tools/sim/arrival_rule.hpp"

#include "common/base/units.hpp"
#include "tools/sim/share.hpp"

#include <array>
#include <utility>

namespace tlm::sim {
namespace {

using Model = ArrivalRule::Model;

constexpr std::array<std::pair<std::string_view, Model>, 6> kModels{{{"constant", Model::constant},
                                                                     {"poisson", Model::poisson},
                                                                     {"jittered", Model::jittered},
                                                                     {"burst", Model::burst},
                                                                     {"cron", Model::cron},
                                                                     {"trace", Model::trace}}};

/// Takes what stands behind the last `mark` off the end; empty when there is no mark.
std::optional<std::string_view> take_behind(std::string_view& text, char mark)
{
    const auto at = text.rfind(mark);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto behind = text.substr(at + 1);
    text = text.substr(0, at);
    return behind;
}

/// Takes `+DURATION` off the end; empty when what stands behind + is no duration.
std::optional<milliseconds> take_duration(std::string_view& text)
{
    const auto behind = take_behind(text, '+');
    return behind ? parse_duration(*behind) : milliseconds{0};
}

// Each of these fills the rule with what stands behind the colon; what is wrong, or nothing.

std::string read_jittered(std::string_view text, ArrivalRule& rule)
{
    const auto share = parse_share(text);
    rule.jitter = share.value_or(1);
    return share ? "" : "what stands behind jittered: is no share of the interval, such as 20%";
}

std::string read_burst(std::string_view text, ArrivalRule& rule)
{
    const auto spacing = take_duration(text);
    const auto every = take_behind(text, '@');
    const auto interval = parse_duration(every.value_or("")).value_or(milliseconds{0});
    const auto size = parse_unsigned(text);
    if (!spacing || interval <= milliseconds{0} || !size || *size < 1 || *size > Burst::kLargest) {
        return "a burst is SIZE@DURATION, perhaps with +SPACING, such as 20@1m+100ms";
    }
    const Burst burst{interval, *size, *spacing};
    rule.own = burst;
    return burst.fits() ? "" : "the burst is longer than the interval";
}

std::string read_cron(std::string_view text, ArrivalRule& rule)
{
    const auto jitter = take_duration(text);
    const auto cron = Cron::parse(text);
    if (const auto* const wrong = std::get_if<std::string>(&cron)) {
        return *wrong;
    }
    if (!jitter || *jitter >= Calendar::kMostJitter) {
        return "what stands behind + is no duration of less than a minute";
    }
    rule.own = Calendar{std::get<Cron>(cron), *jitter};
    return {};
}

std::string read_trace(std::string_view text, ArrivalRule& rule)
{
    rule.file = text;
    return text.empty() ? "the file with the times is missing" : "";
}

std::string read_details(std::optional<std::string_view> details, ArrivalRule& rule)
{
    switch (rule.model) {
    case Model::constant:
    case Model::poisson:
        return details ? "nothing stands behind this model" : "";
    case Model::jittered:
        return details ? read_jittered(*details, rule) : "";
    case Model::burst:
        return read_burst(details.value_or(""), rule);
    case Model::cron:
        return read_cron(details.value_or(""), rule);
    case Model::trace:
        return read_trace(details.value_or(""), rule);
    }
    return {};
}

} // namespace

Arrivals ArrivalRule::at_rate(std::optional<double> rate, std::uint32_t devices) const
{
    if (model == Model::constant || !rate) {
        return Constant{rate};
    }
    // Of one device: a turn of the whole fleet.
    const auto interval = steady_position(devices, *rate);
    return model == Model::poisson ? Arrivals{Poisson{interval}}
                                   : Arrivals{Jittered{interval, jitter}};
}

std::optional<double> ArrivalRule::own_rate(std::uint64_t devices) const
{
    const auto* const burst = std::get_if<Burst>(&own);
    if (burst == nullptr) {
        return std::nullopt;
    }
    return static_cast<double>(devices * burst->size) /
           std::chrono::duration<double>{burst->interval}.count();
}

std::variant<ArrivalRule, std::string> parse_arrival_rule(std::string_view text)
{
    const auto colon = text.find(':');
    const auto details =
        colon == std::string_view::npos ? std::nullopt : std::optional{text.substr(colon + 1)};
    std::string known;
    for (const auto& [name, model] : kModels) {
        if (text.substr(0, colon) == name) {
            ArrivalRule rule;
            rule.model = model;
            rule.text = text;
            auto wrong = read_details(details, rule);
            return wrong.empty() ? std::variant<ArrivalRule, std::string>{std::move(rule)}
                                 : std::move(wrong);
        }
        known.append(known.empty() ? "" : ", ").append(name);
    }
    return "the models of arrivals are " + known;
}

} // namespace tlm::sim
