// SPDX-License-Identifier: Apache-2.0
#include "common/validation/plausibility.hpp"

#include "common/base/units.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace tlm::validation {
namespace {

namespace dom = simdjson::dom;

std::string text_of(double value)
{
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

Reject implausible(Reason reason, const Rule& rule, std::string_view member, std::string detail)
{
    return {reason, rule.stands.text(), std::move(detail),
            "/values/" + escape_token(rule.sent.text()) + '/' + std::string{member}};
}

std::optional<Reject> judge_range(const Rule& rule, double value)
{
    if (rule.min && value < *rule.min) {
        return implausible(Reason::out_of_range, rule, "min",
                           text_of(value) + " is below " + text_of(*rule.min));
    }
    if (rule.max && value > *rule.max) {
        return implausible(Reason::out_of_range, rule, "max",
                           text_of(value) + " is above " + text_of(*rule.max));
    }
    return std::nullopt;
}

/// Through double: any two times may stand here.
double seconds_between(EpochMs from, EpochMs to)
{
    return (static_cast<double>(to) - static_cast<double>(from)) / 1'000;
}

std::optional<Reject> judge_step(const Rule& rule, double value, EpochMs ts, const Reading& last)
{
    if (!rule.step_per_s || last.unchanged == 0) {
        return std::nullopt;
    }
    const double seconds = seconds_between(last.ts, ts);
    if (std::abs(value - last.value) <= *rule.step_per_s * seconds) {
        return std::nullopt;
    }
    return implausible(Reason::too_steep, rule, "step_per_s",
                       "from " + text_of(last.value) + " to " + text_of(value) + " in " +
                           text_of(seconds) + " s is faster than " + text_of(*rule.step_per_s) +
                           " a second");
}

void remember(double value, EpochMs ts, Reading& reading)
{
    if (reading.unchanged == 0 || reading.value != value) {
        reading.unchanged_since = ts;
        reading.unchanged = 0;
    }
    reading.value = value;
    reading.ts = ts;
    reading.unchanged += reading.unchanged < UINT32_MAX ? 1U : 0U;
}

std::optional<Reject> judge_stuck(const Rule& rule, const Reading& reading)
{
    if (rule.stuck_readings > 0 && reading.unchanged >= rule.stuck_readings) {
        return implausible(Reason::stuck_value, rule, "stuck_readings",
                           text_of(reading.value) + " in " + std::to_string(reading.unchanged) +
                               " readings in a row");
    }
    if (rule.stuck_for && seconds_between(reading.unchanged_since, reading.ts) * 1'000 >=
                              static_cast<double>(rule.stuck_for->count())) {
        return implausible(Reason::stuck_value, rule, "stuck_for",
                           text_of(reading.value) + " for " + format_duration(*rule.stuck_for) +
                               " and longer");
    }
    return std::nullopt;
}

std::optional<Reject> judge_change(const Rule& rule, double value, EpochMs ts, Reading& reading)
{
    if (reading.unchanged > 0 && ts <= reading.ts) {
        return std::nullopt;
    }
    if (auto reject = judge_step(rule, value, ts, reading)) {
        return reject;
    }
    remember(value, ts, reading);
    return judge_stuck(rule, reading);
}

} // namespace

Plausibility::Plausibility(std::shared_ptr<const Rules> rules) : m_rules(std::move(rules))
{
    for (const Rule& rule : *m_rules) {
        if (rule.judges()) {
            m_judging.push_back(&rule);
        }
    }
    m_width = static_cast<std::size_t>(std::count_if(
        m_judging.begin(), m_judging.end(), [](const Rule* rule) { return rule->remembers(); }));
}

std::optional<Reject> Plausibility::judge(const dom::element& root, EpochMs ts,
                                          Reading* readings) const
{
    std::optional<Reject> first;
    for (const Rule* rule : m_judging) {
        Reading* reading = rule->remembers() ? readings++ : nullptr;
        double number = 0;
        const auto value = rule->stands.find(root);
        if (!value || value->get_double().get(number) != simdjson::SUCCESS) {
            continue;
        }
        auto reject = judge_range(*rule, number);
        if (!reject && reading != nullptr) {
            reject = judge_change(*rule, number, ts, *reading);
        }
        if (reject && !first) {
            first = std::move(reject);
        }
    }
    return first;
}

} // namespace tlm::validation
